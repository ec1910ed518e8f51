import type { DataPoint } from '../domain/data-point';
import type { SourceSettings } from '../domain/settings';
import type { StateFields } from './ports';
import { normals, uniforms } from './relations/relations.factory';
import { MINUTE_MS, open, point, START, type Step, step } from './series.factory';

// What holds at every row of every kind of series: rows to come change nothing, and nor does being saved and loaded.

interface Kind {
  readonly name: string;
  readonly points: readonly DataPoint[];
  readonly settings?: Partial<SourceSettings>;
}

const ROWS = 420;
const HOUR_MS = 60 * MINUTE_MS;

function series(make: (row: number) => DataPoint | undefined): DataPoint[] {
  return Array.from({ length: ROWS }, (_, row) => make(row)).filter((one) => one !== undefined);
}

function at(row: number, metrics: Record<string, number>, everyMs = 5 * MINUTE_MS): DataPoint {
  return point(START + row * everyMs, metrics);
}

/** Metrics that follow a load; one goes its own way from row 300 on, one is missing now and then, one comes later. */
function plant(): DataPoint[] {
  const random = normals(3);
  let load = 0;
  return series((row) => {
    load = 0.9 * load + random();
    const metrics: Record<string, number> = { speed: 50 + load, flow: 20 + 2 * load + 0.2 * random() };
    if (row % 7 !== 3) metrics['pressure'] = (row < 300 ? 0.3 * load : 0.3 * random()) + 0.05 * random();
    if (row > 150) metrics['heat'] = 10 - load + 0.2 * random();
    if (row % 11 === 0) for (const name of Object.keys(metrics)) if (name !== 'speed') delete metrics[name];
    return at(row, metrics);
  });
}

function sums(count: number, next: () => number): number[] {
  let sum = 0;
  return Array.from({ length: count }, () => {
    sum += next();
    return sum;
  });
}

function kinds(): Kind[] {
  const normal = normals(1);
  const uniform = uniforms(2);
  const walked = sums(ROWS, () => 50 * normal());
  const counted = sums(ROWS, () => Math.floor(90 + 20 * uniform()));
  return [
    {
      name: 'a wave with spikes',
      points: series((row) => at(row, { a: 9 * Math.sin(row / 46) + normal() + (row % 130 === 129 ? 40 : 0) })),
    },
    { name: 'small counts', points: series((row) => at(row, { a: Math.floor(4 * uniform() ** 3) })) },
    { name: 'a constant that jumps', points: series((row) => at(row, { a: row < 200 ? 5 : 7 })) },
    { name: 'a far walk', points: series((row) => at(row, { a: 1e12 + walked[row]! })) },
    {
      name: 'a counter that starts again',
      points: series((row) => at(row, { a: counted[row]! - (row < 350 ? 0 : counted[350]!) })),
    },
    { name: 'a frozen sensor', points: series((row) => at(row, { a: row > 250 && row < 330 ? 3 : normal() })) },
    {
      name: 'gaps',
      points: series((row) => (row % 50 > 38 || (row > 200 && row < 260) ? undefined : at(row, { a: normal() }))),
    },
    {
      name: 'an uneven clock',
      points: series((row) =>
        point(START + row * MINUTE_MS + (row > 180 ? 40 * 24 * HOUR_MS : 0) + Math.floor(50_000 * uniform()), {
          a: normal(),
        }),
      ),
    },
    {
      name: 'late and repeated points',
      points: series((row) =>
        at(row % 9 === 8 ? row - 4.5 : row % 9 === 7 ? row - 1 : row, { a: normal(), b: uniform() }),
      ),
    },
    {
      name: 'hours over a change of the clocks',
      points: series((row) =>
        point(Date.UTC(2026, 2, 22) + row * HOUR_MS, { a: (row % 24 === 3 ? 30 : 5) + normal() }),
      ),
      settings: { timeZone: 'Europe/Berlin' },
    },
    {
      name: 'hours over a change back',
      points: series((row) =>
        point(Date.UTC(2026, 9, 20) + row * HOUR_MS, { a: (row % 24 === 7 ? 30 : 5) + normal() }),
      ),
      settings: { timeZone: 'America/New_York' },
    },
    {
      name: 'a rate of false alarms',
      points: series((row) => at(row, { a: normal() + (row === 333 ? 9 : 0) })),
      settings: { falseAlarmsPerWeek: 20 },
    },
    { name: 'a plant', points: plant() },
  ];
}

describe.each(kinds())('$name', ({ points, settings }) => {
  const begin = (fields?: StateFields) => open(fields, settings);
  const whole = begin();
  const states: StateFields[] = [new Map()];
  const steps: Step[] = points.map((one) => {
    const done = step(whole, one);
    states.push(new Map([...states[states.length - 1]!, ...copied(whole.encode())]));
    return done;
  });

  it('goes on alike to the bit when it is saved and loaded after every row', () => {
    let fields: StateFields = new Map();
    points.forEach((one, row) => {
      const reopened = begin(fields);
      const again = step(reopened, one);
      fields = new Map([...fields, ...reopened.encode()]);
      if (!same(again, steps[row]!)) throw new Error(`row ${row} differs`);
      if (!sameFields(fields, states[row + 1]!)) throw new Error(`the state after row ${row} differs`);
    });
  });

  it('comes to the same whatever the batches', () => {
    const uniform = uniforms(9);
    let fields: StateFields = new Map();
    for (let row = 0; row < points.length; ) {
      const until = Math.min(points.length, row + 1 + Math.floor(60 * uniform()));
      const reopened = begin(fields);
      for (; row < until; row++)
        if (!same(step(reopened, points[row]!), steps[row]!)) throw new Error(`row ${row} differs`);
      fields = new Map([...fields, ...reopened.encode()]);
    }
    expect(sameFields(fields, states[points.length]!)).toBe(true);
  });

  it('scores a row by those before it, whatever comes after', () => {
    for (const row of [1, 19, 20, 21, 60, 199, 200, 201, points.length - 30]) {
      const other = begin(states[row]);
      const next = step(other, { ...points[row]!, metrics: { a: 1e6, speed: -1e6, pressure: 1e3 } });
      const prefix = begin();
      const before = points.slice(0, row).map((one) => step(prefix, one));
      expect(before.every((one, k) => same(one, steps[k]!))).toBe(true);
      expect(same(step(prefix, { ...points[row]!, metrics: { a: 1e6, speed: -1e6, pressure: 1e3 } }), next)).toBe(true);
    }
  });
});

function copied(fields: StateFields): [string, Uint8Array][] {
  return [...fields].map(([name, bytes]) => [name, bytes.slice()]);
}

/** To the bit: JSON writes numbers so that they can be read back exactly. */
function same(one: Step, other: Step): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sameFields(one: StateFields, other: StateFields): boolean {
  return (
    one.size === other.size &&
    [...one].every(([name, bytes]) => Buffer.compare(bytes, other.get(name) ?? bytes.subarray(1)) === 0)
  );
}
