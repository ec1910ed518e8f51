import { count, noise } from './draw';
import type { Rhythm } from './rhythm';

/** One metric of a kind of source: how it follows the source's load. */
export interface MetricProfile {
  readonly name: string;
  readonly unit: string;
  readonly decimals: number;
  /** What the quantity can be at all. */
  readonly min: number;
  readonly max: number;
  /** So tight on the load that its relation to the other metrics can be seen to break. */
  readonly tight: boolean;
  /** @param size 1 for a source of middle size */
  value(load: number, size: number, key: number, timestamp: number): number;
}

export interface KindProfile {
  readonly kind: string;
  readonly sources: number;
  readonly sites: readonly string[];
  readonly rhythm: Rhythm;
  /** Spread of the load from sample to sample, relative; what all metrics of a source share. */
  readonly loadNoise: number;
  /** Moves so much with the day that a wrong hour can be told. */
  readonly seasonal: boolean;
  readonly metrics: readonly MetricProfile[];
}

const HOUR_MS = 3_600_000;

/** The fleet's kinds: 40 sources. Rates are per minute whatever the sampling interval, so their spread is too. */
export const KINDS: readonly KindProfile[] = [
  {
    kind: 'pump',
    sources: 8,
    sites: ['berlin', 'potsdam'],
    rhythm: {
      day: [0.78, 0.76, 0.92, 1, 0.94, 0.92, 1, 0.88],
      weekend: 0.95,
      mood: 0.12,
      modes: { dwellMs: 8 * HOUR_MS, factors: [1, 1, 0.8] },
    },
    loadNoise: 0.06,
    seasonal: false,
    metrics: [
      linear('motor_current', 'A', 4, 18, 0.2, { tight: true }),
      linear('pressure', 'bar', 1.2, 4.2, 0.05, { tight: true, decimals: 2 }),
      linear('flow', 'm³/h', 2, 60, 0.7, { tight: true }),
      linear('bearing_temperature', '°C', 38, 14, 0.9),
    ],
  },
  {
    kind: 'payment-api',
    sources: 6,
    sites: ['frankfurt', 'dublin'],
    rhythm: { day: [0.4, 0.3, 0.4, 0.85, 1, 0.95, 0.9, 0.6], weekend: 0.85, mood: 0.1 },
    loadNoise: 0.08,
    seasonal: true,
    metrics: [
      counted('requests_per_minute', 900),
      skewed('latency_p95', 'ms', 70, 90, 0.08),
      counted('errors_per_minute', 8),
      linear('cpu', '%', 12, 50, 1, { max: 100 }),
    ],
  },
  {
    kind: 'web-shop',
    sources: 6,
    sites: ['hamburg', 'vienna'],
    rhythm: { day: [0.38, 0.28, 0.36, 0.7, 0.9, 0.9, 1, 0.75], weekend: 1.15, mood: 0.1 },
    loadNoise: 0.08,
    seasonal: true,
    metrics: [
      counted('visits_per_minute', 420),
      counted('orders_per_minute', 26),
      linear('basket_value', 'EUR', 58, 6, 4, { decimals: 2 }),
    ],
  },
  {
    kind: 'cold-store',
    sources: 6,
    sites: ['bremen', 'rotterdam'],
    rhythm: { day: [0.75, 0.72, 0.78, 0.9, 1, 1, 0.92, 0.82], weekend: 0.95, mood: 0.12 },
    loadNoise: 0.07,
    seasonal: false,
    metrics: [
      linear('temperature', '°C', -22, 3, 0.12, { min: -40, decimals: 2 }),
      linear('compressor_power', 'kW', 0.8, 6, 0.1, { tight: true, decimals: 2 }),
      linear('evaporator_pressure', 'bar', 3.4, -1.1, 0.02, { tight: true, decimals: 2 }),
    ],
  },
  {
    kind: 'wind-turbine',
    sources: 6,
    sites: ['baltic', 'north-sea'],
    rhythm: {
      day: [0.92, 0.9, 0.9, 0.95, 1.02, 1.05, 1, 0.95],
      weekend: 1,
      mood: 0.12,
      modes: { dwellMs: 12 * HOUR_MS, factors: [0.75, 0.9, 1] },
    },
    loadNoise: 0.08,
    seasonal: false,
    metrics: [
      linear('wind_speed', 'm/s', 1, 9, 0.15, { decimals: 2 }),
      linear('rotor_speed', 'rpm', 5, 8, 0.12, { tight: true, decimals: 2 }),
      curved('power', 'kW', 2100, 2, 30, { tight: true }),
    ],
  },
  {
    kind: 'queue',
    sources: 4,
    sites: ['frankfurt', 'dublin'],
    rhythm: { day: [0.4, 0.35, 0.5, 0.9, 1, 1, 0.8, 0.55], weekend: 0.85, mood: 0.1 },
    loadNoise: 0.08,
    seasonal: true,
    metrics: [
      counted('depth', 140),
      skewed('oldest_message_age', 's', 4, 9, 0.12),
      counted('processed_per_minute', 320),
    ],
  },
  {
    kind: 'substation',
    sources: 4,
    sites: ['leipzig', 'halle'],
    rhythm: { day: [0.5, 0.42, 0.55, 0.9, 1, 0.95, 1, 0.75], weekend: 0.9, mood: 0.08 },
    loadNoise: 0.06,
    seasonal: true,
    metrics: [
      linear('load', 'MW', 2, 34, 0.4, { tight: true, decimals: 2 }),
      linear('voltage', 'kV', 21.4, -1.4, 0.015, { tight: true, decimals: 3 }),
    ],
  },
];

type Options = Partial<Pick<MetricProfile, 'decimals' | 'min' | 'max' | 'tight'>>;

function profile(name: string, unit: string, options: Options, value: MetricProfile['value']): MetricProfile {
  return { name, unit, decimals: 1, min: 0, max: Number.POSITIVE_INFINITY, tight: false, ...options, value };
}

/** base + gain × load; noise in the metric's unit. */
function linear(name: string, unit: string, base: number, gain: number, spread: number, options: Options = {}) {
  return profile(name, unit, options, (load, size, key, timestamp) => {
    return base + size * gain * load + spread * noise(key, timestamp);
  });
}

/** A power of the load, as a turbine's yield. */
function curved(name: string, unit: string, gain: number, exponent: number, spread: number, options: Options = {}) {
  return profile(name, unit, options, (load, size, key, timestamp) => {
    return size * gain * Math.max(0, load) ** exponent + spread * noise(key, timestamp);
  });
}

/** Higher when busier, with a longer tail above than below, as waiting times. */
function skewed(name: string, unit: string, base: number, gain: number, spread: number, options: Options = {}) {
  return profile(name, unit, options, (load, size, key, timestamp) => {
    return (base + size * gain * load) * Math.exp(spread * noise(key, timestamp));
  });
}

/** A count whose mean is in proportion to the load. */
function counted(name: string, mean: number) {
  return profile(name, '', { decimals: 0 }, (load, size, key, timestamp) => {
    return count(key, timestamp, Math.max(0, size * mean * load));
  });
}
