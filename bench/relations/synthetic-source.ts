import { normals, uniforms } from '../../shared/detection/relations/relations.factory';
import type { LabelledRows } from './labelled-rows';

/** What breaks: one metric against the others, or how it moves. */
export const FAULTS = ['gain', 'lag', 'decoupled', 'offset', 'drift', 'noise', 'frozen'] as const;
export type Fault = (typeof FAULTS)[number];

export interface SyntheticSource extends LabelledRows {
  readonly fault: Fault;
  /** Place of the metric that breaks. */
  readonly broken: number;
}

export interface SourceShape {
  readonly metrics: number;
  readonly rows: number;
  /** First row of the fault and rows it lasts. */
  readonly faultFrom: number;
  readonly faultRows: number;
}

const MODES_EVERY_ROWS = 250;
const LAG_ROWS = 15;
const SPIKE_CHANCE = 0.001;
/** Size of the start-up of the drivers, in their standard deviations. */
const START_LEVEL = 2;

/**
 * A machine made up: a few hidden drivers (load, weather, a cycle, modes of operation) move all metrics in fixed, partly bent
 * proportions; each metric has noise of its own, some of them rare spikes. One metric breaks once.
 */
export function syntheticSource(seed: number, fault: Fault, shape: SourceShape): SyntheticSource {
  const uniform = uniforms(seed);
  const noise = normals(seed + 7919);
  const drivers = hiddenDrivers(uniform, noise, shape.metrics < 6 ? 2 : 4, shape.rows + 2 * LAG_ROWS);
  const signals = Array.from({ length: shape.metrics }, () => followed(drivers, uniform));
  const broken = Math.floor(uniform() * shape.metrics);
  const ownNoise = signals.map(() => 0.1 + 0.4 * uniform());
  const spiky = signals.map(() => uniform() < 0.3);
  const scales = signals.map(() => 10 ** (6 * uniform() - 3));
  const origins = signals.map((_, j) => (uniform() < 0.5 ? 0 : scales[j]! * 100 * uniform()));
  const labels = new Uint8Array(shape.rows).fill(1, shape.faultFrom, shape.faultFrom + shape.faultRows);
  const frozenAt = signals[broken]![shape.faultFrom + LAG_ROWS]!;
  const sign = uniform() < 0.5 ? -1 : 1;
  const rows = Array.from({ length: shape.rows }, (_, i) => {
    const t = i + LAG_ROWS;
    return Float64Array.from(signals, (signal, j) => {
      let value = signal[t]!;
      let own = ownNoise[j]! * noise() + (spiky[j] && uniform() < SPIKE_CHANCE ? 5 * noise() : 0);
      if (labels[i] && j === broken) {
        const progress = (i - shape.faultFrom) / shape.faultRows;
        if (fault === 'gain') value *= sign < 0 ? 0.3 : 1.8;
        if (fault === 'lag') value = signal[t - LAG_ROWS]!;
        if (fault === 'decoupled') value = signal[(t + shape.rows / 2) % shape.rows]!;
        if (fault === 'offset') value += 1.5 * sign;
        if (fault === 'drift') value += 3 * sign * progress;
        if (fault === 'noise') own *= 3;
        if (fault === 'frozen') {
          value = frozenAt;
          own *= 0.02;
        }
      }
      return origins[j]! + scales[j]! * (value + own);
    });
  });
  return {
    name: `${fault}-${shape.metrics}-${seed}`,
    metrics: signals.map((_, j) => `m${j}`),
    timestamps: rows.map((_, i) => 60_000 * i),
    rows,
    labels,
    fault,
    broken,
  };
}

/** Slow wander, a cycle, and switches between modes, each of variance about 1; some start elsewhere and settle. */
function hiddenDrivers(uniform: () => number, noise: () => number, count: number, rows: number): Float64Array[] {
  return Array.from({ length: count }, (_, k) => {
    const memory = 0.02 + 0.15 * uniform();
    const period = 60 + 400 * uniform();
    const phase = 2 * Math.PI * uniform();
    let wander = noise();
    const startLevel = START_LEVEL * noise();
    const startRows = 80 + 220 * uniform();
    const settlesSlowly = uniform() < 0.5;
    let mode = 0;
    return Float64Array.from({ length: rows }, (_, i) => {
      wander += memory * -wander + Math.sqrt(2 * memory) * noise();
      if (k % 3 === 2 && uniform() < 1 / MODES_EVERY_ROWS) mode = noise();
      const start = settlesSlowly ? startLevel * Math.exp(-i / startRows) : i < startRows ? startLevel : 0;
      if (k % 3 === 0) return wander + start;
      if (k % 3 === 1) return 1.4 * Math.sin((2 * Math.PI * i) / period + phase) + 0.2 * wander;
      return mode + 0.3 * wander + start;
    });
  });
}

/** One metric's share in the drivers, brought to variance 1; a third of the metrics bend. */
function followed(drivers: readonly Float64Array[], uniform: () => number): Float64Array {
  const weights = drivers.map(() => (2 * uniform() - 1) * (uniform() < 0.6 ? 1 : 0.1));
  const bent = uniform() < 0.33;
  const raw = drivers[0]!.map((_, i) => {
    const sum = drivers.reduce((all, driver, k) => all + weights[k]! * driver[i]!, 0);
    return bent ? sum + 0.5 * Math.abs(sum) : sum;
  });
  const mean = raw.reduce((a, b) => a + b, 0) / raw.length;
  const deviation = Math.sqrt(raw.reduce((a, b) => a + (b - mean) ** 2, 0) / raw.length);
  return raw.map((value) => (value - mean) / (deviation + 1e-9));
}
