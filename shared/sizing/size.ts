import { fitted, type Limit, limitsOf, ROOM } from '../costs/capacity';
import { costsOf, totalOf } from '../costs/costs';
import { changesOf, unmendedOf } from '../costs/estimate';
import type { CostedEnvironment, FleetLoad } from '../costs/load';
import { type Usage, usageOf } from '../costs/usage';
import { type Demand, demandsOf } from './demands';
import { type Need, needsOf } from './needs';

/** A part and the points a second from which on it has no room: 70 % of what it takes; absent: never. */
interface Filling {
  readonly share: number;
  readonly fullAt?: number;
}

export interface FillingRow extends Filling, Pick<Limit, 'part' | 'words' | 'settings'> {}
export interface Ceiling extends Filling, Demand {}

/** What a deployment needs for a rate, and what is full first on the way there. */
export interface Sizing {
  readonly environment: string;
  readonly load: FleetLoad;
  readonly points: number;
  /** Of the row as it stands, what is full at the lowest rate first. */
  readonly row: readonly FillingRow[];
  /** With the row changed as the load asks, in one environment: what is full at the lowest rate first. */
  readonly ceilings: readonly Ceiling[];
  /** Among which the sources are to be split, as no ceiling lets one carry them; 1: none is in the way. */
  readonly environments: number;
  /** Of each of these environments. */
  readonly each: {
    readonly load: FleetLoad;
    readonly usage: Usage;
    readonly changes: readonly string[];
    /** What no value of the row mends. */
    readonly unmended: readonly string[];
    readonly needs: readonly Need[];
  };
  /** Of an account and region that has all of them, with what they use together. */
  readonly quotas: readonly (Demand & { readonly share: number })[];
  /** Dollars, of all of them. */
  readonly month: number;
}

/** @throws {Error} for an instance without a price */
export function sizeOf(environment: CostedEnvironment, load: FleetLoad): Sizing {
  const ceilings = ceilingsOf(environment, load);
  const points = (1_000 * load.sources) / load.intervalMs;
  const environments = environmentsFor(points, ceilings);
  const part = times(load, 1 / environments);
  const fit = fitted(environment, part);
  return {
    ...{ environment: environment.name, load, points },
    row: rowOf(environment, load),
    ...{ ceilings, environments },
    each: {
      ...{ load: part, usage: usageOf(fit, part) },
      ...{ changes: changesOf(environment, fit), unmended: unmendedOf(fit, part), needs: needsOf(fit, part) },
    },
    quotas: quotasOf(fit, part, environments),
    month: environments * totalOf(costsOf(fit, part)),
  };
}

function rowOf(environment: CostedEnvironment, load: FleetLoad): readonly FillingRow[] {
  const rows = limitsOf(environment, load).map(({ part, share, words, settings }) => {
    const shareAt = (scaled: FleetLoad) => limitsOf(environment, scaled).find((limit) => limit.part === part)?.share;
    return { part, share, words, settings, ...fullAt(load, shareAt) };
  });
  return rows.sort(lowestFirst);
}

function ceilingsOf(environment: CostedEnvironment, load: FleetLoad): readonly Ceiling[] {
  const at = (scaled: FleetLoad) => demandsOf(fitted(environment, scaled), scaled);
  const ceilings = at(load).map((demand) => {
    const shareAt = (scaled: FleetLoad) => {
      const own = at(scaled).find(({ part }) => part === demand.part);
      return own && own.used / own.limit.value;
    };
    return { ...demand, share: demand.used / demand.limit.value, ...fullAt(load, shareAt) };
  });
  return ceilings.sort(lowestFirst);
}

/** Quotas are raised and numbers of this project are changed; the rest is for one cache or one database. */
function environmentsFor(points: number, ceilings: readonly Ceiling[]): number {
  const own = ceilings.filter(({ limit }) => limit.kind === 'fixed' || limit.kind === 'advised');
  return Math.max(1, ...own.map(({ fullAt: rate }) => (rate === undefined ? 1 : Math.ceil(points / rate))));
}

function quotasOf(fit: CostedEnvironment, part: FleetLoad, environments: number) {
  return demandsOf(fit, part)
    .filter(({ limit }) => limit.kind === 'quota')
    .map((demand) => {
      // A training job is one, however many there are.
      const used = demand.limit.unit === 'hours' ? demand.used : environments * demand.used;
      return { ...demand, used, share: used / demand.limit.value };
    })
    .sort((a, b) => b.share - a.share);
}

/** Times of the load between which full is looked for, and how often they are halved: to a thousandth. */
const [FACTOR_MIN, FACTOR_MAX] = [1e-6, 1e6];
const HALVINGS = 15;

/** By halving, since batches, shards and instances come in whole ones. */
function fullAt(load: FleetLoad, shareAt: (scaled: FleetLoad) => number | undefined): { readonly fullAt?: number } {
  const isFull = (factor: number) => (shareAt(times(load, factor)) ?? 0) > ROOM;
  if (!isFull(FACTOR_MAX)) return {};
  let [low, high] = [FACTOR_MIN, FACTOR_MAX];
  for (let n = 0; n < HALVINGS; n++) {
    const middle = Math.sqrt(low * high);
    if (isFull(middle)) high = middle;
    else low = middle;
  }
  return { fullAt: (1_000 * load.sources * low) / load.intervalMs };
}

/** As many times the sources. */
function times(load: FleetLoad, factor: number): FleetLoad {
  return { ...load, sources: load.sources * factor };
}

function lowestFirst(a: Filling, b: Filling): number {
  return (a.fullAt ?? Number.POSITIVE_INFINITY) - (b.fullAt ?? Number.POSITIVE_INFINITY) || b.share - a.share;
}
