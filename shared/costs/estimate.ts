import { fitted, type Limit, limitsOf, overfull } from './capacity';
import { type CostItem, costsOf, totalOf } from './costs';
import { type Knob, knobsOf } from './knobs';
import type { CostedEnvironment, FleetLoad } from './load';
import { OTHER_REGION_FACTOR_MAX, PRICES_OF, PRICES_REGION, SECONDS_A_MONTH } from './prices';

/** What an environment costs under a load, where the money goes, what would lower it, and whether it carries the load at all. */
export interface CostEstimate {
  readonly environment: string;
  readonly load: FleetLoad;
  readonly pricesOf: string;
  readonly pricesRegion: string;
  readonly items: readonly CostItem[];
  /** Dollars. */
  readonly month: number;
  readonly perMillionPoints: number;
  readonly perSeriesMonth: number;
  /** What it may come to at most in the region asked for, whose prices are not in the table; absent: they are. */
  readonly monthMaxInRegion?: number;
  readonly limits: readonly Limit[];
  readonly carries: boolean;
  /** With the changes that the load asks for; absent: none is needed. */
  readonly fitted?: {
    readonly changes: readonly string[];
    readonly month: number;
    readonly carries: boolean;
    /** What no value of the row mends. */
    readonly unmended: readonly string[];
  };
  readonly knobs: readonly Knob[];
}

/** @throws {Error} for an instance without a price */
export function estimateCost(environment: CostedEnvironment, load: FleetLoad, region = PRICES_REGION): CostEstimate {
  const items = costsOf(environment, load);
  const month = totalOf(items);
  const limits = limitsOf(environment, load);
  const carries = overfull(limits).length === 0;
  const points = (SECONDS_A_MONTH * 1_000 * load.sources) / load.intervalMs;
  return {
    environment: environment.name,
    load,
    pricesOf: PRICES_OF,
    pricesRegion: PRICES_REGION,
    items,
    month,
    perMillionPoints: month / (points / 1e6),
    perSeriesMonth: month / (load.sources * load.metrics),
    ...(region === PRICES_REGION ? {} : { monthMaxInRegion: OTHER_REGION_FACTOR_MAX * month }),
    limits,
    carries,
    ...(carries ? {} : { fitted: fitting(environment, load) }),
    knobs: knobsOf(carries ? environment : fitted(environment, load), load),
  };
}

function fitting(environment: CostedEnvironment, load: FleetLoad) {
  const fit = fitted(environment, load);
  const unmended = unmendedOf(fit, load);
  const month = totalOf(costsOf(fit, load));
  return { changes: changesOf(environment, fit), month, carries: unmended.length === 0, unmended };
}

/** What is still too full of an environment that was changed as far as its row goes. */
export function unmendedOf(fit: CostedEnvironment, load: FleetLoad): readonly string[] {
  return overfull(limitsOf(fit, load)).map(({ part, words }) => `${part}: ${words}`);
}

/** What to write in the row, value by value. */
export function changesOf(from: CostedEnvironment, to: CostedEnvironment): readonly string[] {
  return (['stream', 'detection', 'states', 'store', 'model', 'budget', 'training'] as const).flatMap((part) =>
    changedBelow(part, from[part], to[part]),
  );
}

function changedBelow(path: string, before: unknown, after: unknown): readonly string[] {
  if (typeof after !== 'object' || after === null)
    return after === before ? [] : [`${path}: ${String(after)} (now ${String(before)})`];
  const old = before as Readonly<Record<string, unknown>> | undefined;
  return Object.entries(after).flatMap(([name, value]) => changedBelow(`${path}.${name}`, old?.[name], value));
}
