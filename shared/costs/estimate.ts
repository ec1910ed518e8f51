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
  readonly fitted?: { readonly changes: readonly string[]; readonly month: number; readonly carries: boolean };
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
  const left = overfull(limitsOf(fit, load));
  return { changes: changesOf(environment, fit), month: totalOf(costsOf(fit, load)), carries: left.length === 0 };
}

/** What to write in the row, value by value. */
function changesOf(from: CostedEnvironment, to: CostedEnvironment): readonly string[] {
  return (['stream', 'detection', 'states', 'store', 'model', 'budget'] as const).flatMap((part) =>
    Object.entries(to[part] ?? {}).flatMap(([name, value]) => {
      const before = (from[part] as Readonly<Record<string, unknown>> | undefined)?.[name];
      return value === before ? [] : [`${part}.${name}: ${String(value)} (now ${String(before)})`];
    }),
  );
}
