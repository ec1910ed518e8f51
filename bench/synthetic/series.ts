import { normals, uniforms } from '../../shared/detection/relations/relations.factory';

/** A made-up metric in health. */
export interface SyntheticSeries {
  readonly family: FamilyName;
  /** Epoch milliseconds, evenly spaced. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** What a family is given to make values of. */
interface Making {
  readonly rows: number;
  readonly uniform: () => number;
  readonly normal: () => number;
  /** Hour of day with its fraction, and whether it is a weekend, of a row. */
  readonly hour: (row: number) => number;
  readonly isWeekend: (row: number) => boolean;
}

type Family = (making: Making) => number[];

const HOUR_MS = 3_600_000;
const CADENCES_MS = [10_000, 60_000, 300_000, 900_000, HOUR_MS];

/**
 * Kinds of metrics that operators know: what they have in common with benchmarks is only that they are metrics. Level, unit,
 * noise, rhythm and cadence differ from seed to seed.
 */
export const FAMILIES = {
  steadySensor: ({ rows, normal, uniform }) => {
    const noise = 10 ** (uniform() * 3 - 2);
    const step = uniform() < 0.5 ? noise / 4 : 0;
    return make(rows, () => toStep(20 + noise * normal(), step));
  },
  wandering: ({ rows, normal, uniform }) => {
    const memory = 1 - 10 ** (-0.5 - 1.5 * uniform());
    let at = 0;
    return make(rows, () => {
      at = memory * at + Math.sqrt(1 - memory ** 2) * normal();
      return 100 + at + 0.1 * normal();
    });
  },
  dailyWave: ({ rows, normal, uniform, hour, isWeekend }) => {
    const phase = 24 * uniform();
    const second = 0.5 * uniform();
    const weekend = 0.5 + 0.5 * uniform();
    const noise = 0.05 + 0.3 * uniform();
    return make(rows, (row) => {
      const angle = (2 * Math.PI * (hour(row) + phase)) / 24;
      const wave = 1.5 + Math.sin(angle) + second * Math.sin(2 * angle);
      return 40 * (isWeekend(row) ? weekend : 1) * wave + 40 * noise * normal();
    });
  },
  officeHours: ({ rows, normal, uniform, hour, isWeekend }) => {
    const from = 6 + 3 * uniform();
    const to = 15 + 4 * uniform();
    const noise = 0.03 + 0.15 * uniform();
    return make(rows, (row) => {
      const busy = !isWeekend(row) && hour(row) >= from && hour(row) < to;
      return (busy ? 80 : 15) * (1 + noise * normal());
    });
  },
  counts: ({ rows, uniform, hour }) => {
    const rate = 10 ** (2.2 * uniform() - 0.7);
    const phase = 24 * uniform();
    const swing = 0.8 * uniform();
    return make(rows, (row) =>
      poisson(rate * (1 + swing * Math.sin((2 * Math.PI * (hour(row) + phase)) / 24)), uniform),
    );
  },
  latency: ({ rows, normal, uniform, hour }) => {
    const spread = 0.1 + 0.4 * uniform();
    const phase = 24 * uniform();
    return make(rows, (row) => {
      const load = 1 + 0.3 * Math.sin((2 * Math.PI * (hour(row) + phase)) / 24);
      return 50 * load * Math.exp(spread * normal() + (uniform() < 0.005 ? 2 * spread : 0));
    });
  },
  setPoints: ({ rows, normal, uniform }) => {
    const levels = make(2 + Math.floor(4 * uniform()), () => 100 * uniform());
    const dwell = 20 + 100 * uniform();
    let level = levels[0]!;
    return make(rows, () => {
      if (uniform() < 1 / dwell) level = levels[Math.floor(uniform() * levels.length)]!;
      return level + normal();
    });
  },
  machineCycle: ({ rows, normal, uniform }) => {
    const period = 15 + 150 * uniform();
    const duty = 0.2 + 0.6 * uniform();
    let at = 0;
    return make(rows, () => {
      at += (1 + 0.05 * normal()) / period;
      const part = at % 1;
      const wave = part < duty ? part / duty : (1 - part) / (1 - duty);
      return 5 + 10 * wave + 0.3 * normal();
    });
  },
  burstyShare: ({ rows, normal, uniform }) => {
    const wait = 20 + 80 * uniform();
    let burst = 0;
    return make(rows, () => {
      if (uniform() < 1 / wait) burst = 20 + 60 * uniform();
      burst *= 0.8;
      return Math.min(100, Math.max(0, 12 + burst + 2 * normal()));
    });
  },
  fillingUp: ({ rows, normal, uniform }) => {
    const rate = 0.02 + 0.2 * uniform();
    const emptied = 60 + 30 * uniform();
    let level = 40 * uniform();
    return make(rows, () => {
      level += rate * (0.5 + uniform());
      if (level > emptied) level = 20;
      return level + 0.1 * normal();
    });
  },
  mostlyIdle: ({ rows, uniform }) => {
    const wait = 8 + 60 * uniform();
    return make(rows, () => (uniform() < 1 / wait ? Math.round(1 + 30 * uniform() ** 2) : 0));
  },
  slowGrowth: ({ rows, normal, uniform, hour }) => {
    const growth = (uniform() - 0.3) / 1000;
    const swing = 0.1 * uniform();
    return make(
      rows,
      (row) => 500 * (1 + growth * row + swing * Math.sin((2 * Math.PI * hour(row)) / 24) + 0.03 * normal()),
    );
  },
} satisfies Record<string, Family>;
export type FamilyName = keyof typeof FAMILIES;
export const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];

/** The series of a family and a seed; every call gives the same. A prefix of a longer one of the same seed. */
export function syntheticSeries(family: FamilyName, seed: number, rows: number, cadenceMs?: number): SyntheticSeries {
  const character = uniforms(7919 * seed + 31 * FAMILY_NAMES.indexOf(family));
  const stepMs = cadenceMs ?? CADENCES_MS[Math.floor(character() * CADENCES_MS.length)]!;
  const start = Date.UTC(2026, 0, 5) + Math.floor(character() * 168) * HOUR_MS;
  const at = (row: number) => start + row * stepMs;
  const scale = 10 ** (6 * character() - 3);
  const values = FAMILIES[family]({
    rows,
    uniform: character,
    normal: normals(seed + 104_729),
    hour: (row) => (at(row) / HOUR_MS) % 24,
    isWeekend: (row) => [0, 6].includes(new Date(at(row)).getUTCDay()),
  });
  return {
    family,
    timestamps: Float64Array.from(values, (_, row) => at(row)),
    values: Float64Array.from(values, (value) => value * scale),
  };
}

function make(count: number, one: (row: number) => number): number[] {
  return Array.from({ length: count }, (_, row) => one(row));
}

function toStep(value: number, step: number): number {
  return step === 0 ? value : Math.round(value / step) * step;
}

/** Knuth's product of uniforms, in parts where the rate is large. */
function poisson(rate: number, uniform: () => number): number {
  let count = 0;
  for (let rest = rate; rest > 0; rest -= 20) {
    const limit = Math.exp(-Math.min(rest, 20));
    for (let product = uniform(); product > limit; product *= uniform()) count++;
  }
  return count;
}
