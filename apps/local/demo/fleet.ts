import { keyOf, noise, uniform } from './draw';
import { KINDS, type KindProfile, type MetricProfile } from './kinds';
import { rhythmAt } from './rhythm';

const HOUR_MS = 3_600_000;

/** What decides every value of a source. */
export interface SourceModel {
  readonly name: string;
  readonly kind: KindProfile;
  readonly key: number;
  /** Relative to the middle of its kind, 0.8 to 1.2. */
  readonly size: number;
  /** How much earlier it lives than its kind, up to an hour either way. */
  readonly shiftMs: number;
}

export interface FleetSource extends SourceModel {
  readonly tags: Readonly<Record<string, string>>;
  /** Of each metric in order of the kind's profile, over an ordinary week. */
  readonly usual: readonly UsualRange[];
}

/** In the metric's unit. */
export interface UsualRange {
  readonly mean: number;
  /** Standard deviation, season and regimes included. */
  readonly spread: number;
}

export interface Fleet {
  readonly seed: number;
  readonly sources: readonly FleetSource[];
}

/** What a fault changes in the making of values. */
export interface Disturbance {
  /** The source behaves as it would this much later. */
  readonly behavesLaterMs?: number;
  /** Metric that moves against the load where it should move with it. */
  readonly mirrored?: string;
}

/** 40 sources of seven kinds, 130 series. The same seed gives the same fleet and the same values for ever. */
export function makeFleet(seed: number): Fleet {
  return {
    seed,
    sources: KINDS.flatMap((kind) => Array.from({ length: kind.sources }, (_, index) => makeSource(seed, kind, index))),
  };
}

/**
 * Values of all metrics of a source, in order of its kind's profile. A pure function of source and timestamp; noise is
 * independent from sample to sample, so its spread does not depend on how densely a source is sampled. O(metrics).
 */
export function valuesAt(source: SourceModel, timestamp: number, disturbance: Disturbance = {}): number[] {
  const usualLoad = loadAt(source, timestamp + (disturbance.behavesLaterMs ?? 0));
  const unrest = source.kind.loadNoise * noise(source.key, timestamp);
  return source.kind.metrics.map((metric, index) => {
    const load = usualLoad * (1 + (metric.name === disturbance.mirrored ? -unrest : unrest));
    return measured(metric, metric.value(load, source.size, source.key + index + 1, timestamp));
  });
}

/** Load without noise; around 1 by day. */
export function loadAt(source: SourceModel, timestamp: number): number {
  return rhythmAt(source.kind.rhythm, source.key, source.shiftMs, timestamp);
}

/** As the instrument would show it: inside what is possible, rounded to the metric's decimals. */
export function measured(metric: MetricProfile, value: number): number {
  const factor = 10 ** metric.decimals;
  return Math.round(Math.min(metric.max, Math.max(metric.min, value)) * factor) / factor;
}

function makeSource(seed: number, kind: KindProfile, index: number): FleetSource {
  const name = `${kind.kind}-${String(index + 1).padStart(2, '0')}`;
  const key = keyOf(seed, name);
  const model = {
    name,
    kind,
    key,
    size: 0.8 + 0.4 * uniform(key, 1),
    shiftMs: Math.round((2 * uniform(key, 2) - 1) * HOUR_MS),
  };
  return {
    ...model,
    tags: { kind: kind.kind, site: kind.sites[index % kind.sites.length]! },
    usual: usualRanges(model),
  };
}

/** Measured on the hours of one week in January 1970: the fleet's character does not depend on the date. */
function usualRanges(source: SourceModel): UsualRange[] {
  const rows = Array.from({ length: 168 }, (_, hour) => valuesAt(source, hour * HOUR_MS));
  return source.kind.metrics.map((_, index) => {
    const mean = rows.reduce((sum, row) => sum + row[index]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[index]! - mean) ** 2, 0) / (rows.length - 1);
    return { mean, spread: Math.sqrt(variance) };
  });
}
