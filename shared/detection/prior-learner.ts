import type { DataPoint } from '../domain/data-point';
import { type Settings, settingsFor } from '../domain/settings';
import { type ZoneOffset, zoneOffset } from '../domain/wall-clock';
import { isCounter } from './counter';
import { emptyMetric } from './metric-codec';
import { CALIBRATIONS, F32, HOUR, U32, VALUES } from './metric-layout';
import type { MetricState } from './metric-state';
import { observeMetric } from './observe-metric';
import { lentMemory, type PriorDocument } from './population-prior';
import { knowsHour } from './seasonal-profile';
import { centroidOf, centroidsIn } from './streaming-histogram';
import { countsOf } from './tail-calibration';
import { fromOffset } from './value-scale';

/** Statistics are taken from the youth of a series: those of an old one are smaller. */
const YOUTH_POINTS = 100;
/** Fewer points of a series, and fewer series of a name, say too little. */
const POINTS_MIN = 300;
const SERIES_MIN = 3;

/** What one series tells about those of its name. */
export interface Example {
  readonly state: MetricState;
  /** Counts of its youth, calibration by calibration, and the largest statistics. */
  youth:
    | { readonly counts: readonly number[][]; readonly largest: readonly number[]; readonly points: number }
    | undefined;
}

/** Learns from the past of many series what a new one of the same name may begin with. Memory: 10 KB a series, of which 4 are its state. */
export interface PriorLearner {
  /** Points of a source in order; of different sources in any. @returns how many series began with it */
  take(point: DataPoint): number;
  /** Forgets all other sources. */
  keep(has: (source: string) => boolean): void;
  document(name: string): PriorDocument;
}

export function openPriorLearner(settings: Settings): PriorLearner {
  const sources = new Map<string, { zone: ZoneOffset; counters: readonly string[] | undefined }>();
  const examples = new Map<string, Map<string, Example>>();
  return {
    take({ source, timestamp, metrics }) {
      let known = sources.get(source);
      if (!known) {
        const { timeZone, counters } = settingsFor(settings, source);
        known = { zone: zoneOffset(timeZone), counters };
        sources.set(source, known);
      }
      const wallMs = timestamp + known.zone(timestamp);
      let begun = 0;
      for (const [metric, value] of Object.entries(metrics)) {
        if (examples.get(metric)?.has(source) !== true) begun += 1;
        const example = exampleOf(examples, metric, source);
        const counter = known.counters?.includes(metric);
        observeMetric(example.state, { metric, value, timestamp, wallMs, allowedLatenessMs: 0, counter });
        if (example.state.u32[U32.seen] === YOUTH_POINTS) example.youth = youthOf(example.state);
      }
      return begun;
    },
    keep(has) {
      for (const bySource of [sources, ...examples.values()])
        for (const source of bySource.keys()) if (!has(source)) bySource.delete(source);
    },
    document(name) {
      const metrics: PriorDocument['metrics'] = {};
      // In an order that is not that of points, by which sums would differ in their last digits.
      for (const [metric, ofSources] of byName(examples)) {
        const fit = byName(ofSources).flatMap(([, example]) => (isFit(example) ? [example] : []));
        if (fit.length >= SERIES_MIN) metrics[metric] = { series: fit.length, memory: memoryOf(fit) };
      }
      return { version: 1, name, metrics };
    },
  };
}

function exampleOf(examples: Map<string, Map<string, Example>>, metric: string, source: string): Example {
  let ofSources = examples.get(metric);
  if (!ofSources) {
    ofSources = new Map();
    examples.set(metric, ofSources);
  }
  let example = ofSources.get(source);
  if (!example) {
    example = { state: emptyMetric(), youth: undefined };
    ofSources.set(source, example);
  }
  return example;
}

function byName<Value>(named: ReadonlyMap<string, Value>): (readonly [string, Value])[] {
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A counter's readings lie where no other's do. */
function isFit({ state, youth }: Example): boolean {
  return youth !== undefined && state.u32[U32.seen]! >= POINTS_MIN && !isCounter(state);
}

function youthOf(state: MetricState): NonNullable<Example['youth']> {
  return {
    counts: CALIBRATIONS.map((at) => countsOf(state, at)),
    largest: CALIBRATIONS.map((at) => state.f32[at.largest]!),
    points: state.f32[F32.calibrated]!,
  };
}

function memoryOf(examples: readonly Example[]): string {
  const bytes = lentMemory({
    tails: CALIBRATIONS.map((_, k) => pooledTails(examples, k)),
    values: pooledValues(examples),
    hours: Array.from({ length: 24 }, (_, hour) => pooledHour(examples, hour)),
  });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Shares of points by bucket, and what the larger half of the series has not exceeded. */
function pooledTails(examples: readonly Example[], k: number): { shares: number[]; largest: number } {
  const points = examples.reduce((sum, { youth }) => sum + youth!.points, 0);
  const shares = examples[0]!.youth!.counts[k]!.map(
    (_, j) => examples.reduce((sum, { youth }) => sum + youth!.counts[k]![j]!, 0) / points,
  );
  const largest = examples.map(({ youth }) => youth!.largest[k]!).sort((a, b) => a - b);
  return { shares, largest: largest[Math.floor(largest.length / 2)]! };
}

/** All values, each series with the same weight. */
function pooledValues(examples: readonly Example[]): { value: number; weight: number }[] {
  return examples.flatMap(({ state }) => {
    const centroids = Array.from({ length: centroidsIn(state, VALUES) }, (_, j) => centroidOf(state, VALUES, j));
    const mass = centroids.reduce((sum, centroid) => sum + centroid.mass, 0);
    return centroids.map((centroid) => ({ value: fromOffset(state, centroid.place), weight: centroid.mass / mass }));
  });
}

/** Usual compressed value and deviation of an hour of the day; series differ as well. */
function pooledHour(examples: readonly Example[], hour: number): { mean: number; deviation: number } | undefined {
  const known = examples.filter(({ state }) => knowsHour(state, hour));
  if (known.length < SERIES_MIN) return undefined;
  const average = (of: (state: MetricState) => number) =>
    known.reduce((sum, { state }) => sum + of(state), 0) / known.length;
  const mean = average((state) => state.f32[HOUR.mean + hour]!);
  const spread = Math.sqrt(average((state) => (state.f32[HOUR.mean + hour]! - mean) ** 2));
  return { mean, deviation: average((state) => state.f32[HOUR.deviation + hour]!) + spread };
}
