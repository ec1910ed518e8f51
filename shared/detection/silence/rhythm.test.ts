import { DEFAULT_SOURCE_SETTINGS, type SourceSettings } from '../../domain/settings';
import { deadlineOf, hear } from './hear';
import { standingOf } from './rhythm';
import { decodeWatch, encodeWatch, F64, newWatch, type SourceWatch } from './source-watch';

const S = 1_000;
const MINUTE = 60 * S;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday, 00:00 UTC. */
const START = Date.UTC(2026, 10, 23);
const SETTINGS: SourceSettings = { ...DEFAULT_SOURCE_SETTINGS, silenceMinMs: 0 };

/** Arrivals as a generator of gaps gives them. */
function arrivals(count: number, gap: (index: number) => number): number[] {
  const list = [START];
  for (let i = 1; i < count; i++) list.push(list[i - 1]! + gap(i));
  return list;
}

function learnt(times: readonly number[], settings = SETTINGS): SourceWatch {
  const watch = newWatch();
  for (const at of times) listen(watch, at, settings);
  return watch;
}

function listen(watch: SourceWatch, at: number, settings = SETTINGS) {
  return hear(watch, { arrival: at, timestamp: at, shard: 's/0', tags: {} }, settings);
}

/** Seeded, uniform in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function exponential(seed: number, mean: number): () => number {
  const next = random(seed);
  return () => -mean * Math.log(1 - next());
}

describe('what may be expected of a source, and when it is missed', () => {
  const jitter = random(1);
  const poisson = exponential(2, MINUTE);
  const wild = random(3);
  test.each<[string, readonly number[], string, number, number]>([
    ['12 points are too few', arrivals(12, () => MINUTE), 'too few points', 0, 0],
    ['13 points are enough', arrivals(13, () => MINUTE), 'watched', 4 * MINUTE, 4 * MINUTE],
    ['every minute', arrivals(100, () => MINUTE), 'watched', 4 * MINUTE, 4 * MINUTE],
    [
      'every minute, up to ten seconds off',
      arrivals(200, () => MINUTE + 20 * S * (jitter() - 0.5)),
      'watched',
      4 * MINUTE,
      5 * MINUTE,
    ],
    [
      'one outage of hours among them',
      arrivals(60, (i) => (i === 50 ? 5 * HOUR : MINUTE)),
      'watched',
      4 * MINUTE,
      4 * MINUTE,
    ],
    [
      'two cadences in turns: every minute, every fifth time ten',
      arrivals(200, (i) => (i % 5 === 0 ? 10 * MINUTE : MINUTE)),
      'watched',
      40 * MINUTE,
      40 * MINUTE,
    ],
    [
      'once an hour 30 points within a second',
      arrivals(900, (i) => (i % 30 === 0 ? HOUR : 10)),
      'watched',
      4 * HOUR,
      4.1 * HOUR,
    ],
    [
      'every 40 minutes a minute long one point a second',
      arrivals(60 * 20, (i) => (i % 60 === 0 ? 40 * MINUTE : S)),
      'watched',
      HOUR,
      HOUR,
    ],
    ['by chance, once a minute on the average', arrivals(400, poisson), 'watched', 5 * MINUTE, 20 * MINUTE],
    [
      'gaps of every length, the longer the rarer, with no end (Pareto, 1/2)',
      arrivals(400, () => S / (1 - wild()) ** 2),
      'too irregular',
      0,
      0,
    ],
    [
      'from every second to every ten minutes, right after the change',
      arrivals(110, (i) => (i < 100 ? S : 10 * MINUTE)),
      'too irregular',
      0,
      0,
    ],
    [
      'and once the new cadence is learnt',
      arrivals(140, (i) => (i < 100 ? S : 10 * MINUTE)),
      'watched',
      40 * MINUTE,
      40 * MINUTE,
    ],
    [
      'from every 15 minutes to every 2 seconds',
      arrivals(180, (i) => (i < 100 ? 15 * MINUTE : 2 * S)),
      'watched',
      8 * S,
      8 * S,
    ],
  ])('%s', (_, times, standing, least, most) => {
    const watch = learnt(times);
    expect(standingOf(watch, SETTINGS)).toBe(standing);
    if (standing !== 'watched') return;
    const allowed = deadlineOf(watch, SETTINGS, 0) - times.at(-1)!;
    expect(allowed).toBeGreaterThanOrEqual(least);
    expect(allowed).toBeLessThanOrEqual(most);
  });

  test('false alarms of a source that speaks by chance are rare, and grow rarer', () => {
    let missed = 0;
    const gap = exponential(5, MINUTE);
    const watch = newWatch();
    for (let at = START, i = 0; i < 20_000; i++, at += gap()) {
      if (i > 0 && standingOf(watch, SETTINGS) === 'watched' && at > deadlineOf(watch, SETTINGS, 0)) {
        missed += 1;
        watch.f64[F64.opened] = deadlineOf(watch, SETTINGS, 0);
      }
      listen(watch, at);
    }
    expect(missed).toBeLessThan(8);
  });

  test('no source is missed sooner than the settings allow', () => {
    const watch = learnt(arrivals(50, () => S));
    expect(deadlineOf(watch, DEFAULT_SOURCE_SETTINGS, 0) - watch.f64[F64.newest]!).toBe(MINUTE);
  });

  test('history that is read in later is no sign of life', () => {
    const watch = newWatch();
    for (let i = 0; i < 100; i++) {
      hear(
        watch,
        { arrival: START + i * S, timestamp: START - 30 * DAY + i * MINUTE, shard: 's/0', tags: {} },
        SETTINGS,
      );
    }
    expect(standingOf(watch, SETTINGS)).toBe('too few points');
  });
});

describe('quiet hours', () => {
  const byDay = (at: number) => new Date(at).getUTCHours() >= 8 && new Date(at).getUTCHours() < 18;
  const weekday = (at: number) => ![0, 6].includes(new Date(at).getUTCDay());
  const every = (ms: number, days: number, speaks: (at: number) => boolean) =>
    Array.from({ length: (days * DAY) / ms }, (_, i) => START + i * ms).filter(speaks);

  test('a source that rests at night is expected in the morning, once some nights have taught it', () => {
    const watch = learnt(every(MINUTE, 5, byDay));
    const last = START + 4 * DAY + 18 * HOUR - MINUTE;
    expect(watch.f64[F64.newest]).toBe(last);
    // Of the four minutes allowed, one has passed when the evening begins.
    expect(deadlineOf(watch, SETTINGS, 0)).toBe(START + 5 * DAY + 8 * HOUR + 3 * MINUTE);
  });

  test('and by day still after four minutes', () => {
    const times = every(MINUTE, 6, byDay).filter((at) => at < START + 5 * DAY + 12 * HOUR);
    expect(deadlineOf(learnt(times), SETTINGS, 0)).toBe(times.at(-1)! + 4 * MINUTE);
  });

  test('weekends are learnt in some weeks', () => {
    const watch = learnt(every(5 * MINUTE, 33, (at) => byDay(at) && weekday(at)));
    expect(new Date(watch.f64[F64.newest]!).getUTCDay()).toBe(5);
    const deadline = new Date(deadlineOf(watch, SETTINGS, 0));
    expect([deadline.getUTCDay(), deadline.getUTCHours()]).toEqual([1, 8]);
  });

  test('an outage of two days makes no hour quiet', () => {
    const times = every(MINUTE, 10, (at) => at < START + 5 * DAY || at >= START + 7 * DAY);
    expect(deadlineOf(learnt(times), SETTINGS, 0)).toBe(times.at(-1)! + 4 * MINUTE);
  });

  test('hours are those of the time zone of the settings', () => {
    const settings = { ...SETTINGS, timeZone: 'Asia/Kolkata' };
    const local = (at: number) => byDay(at + 5.5 * HOUR);
    const watch = learnt(every(MINUTE, 6, local), settings);
    const due = deadlineOf(watch, settings, 0);
    expect(new Date(due + 5.5 * HOUR).toISOString().slice(11, 16)).toBe('08:03');
  });
});

describe('being filed', () => {
  test('a source that keeps reporting is filed anew at every third point, and always before it is due', () => {
    const watch = learnt(arrivals(50, () => MINUTE));
    let moves = 0;
    for (let i = 0; i < 300; i++) {
      const before = watch.f64[F64.filed]!;
      const at = watch.f64[F64.newest]! + MINUTE;
      expect(before).toBeGreaterThanOrEqual(at);
      listen(watch, at);
      if (watch.f64[F64.filed] !== before) moves += 1;
    }
    expect(moves).toBe(100);
  });

  test('what is learnt does not depend on where it was saved and loaded', () => {
    const gap = exponential(9, 20 * S);
    const times = arrivals(500, gap);
    const whole = learnt(times);
    let pieces = newWatch();
    for (const at of times) {
      listen(pieces, at);
      pieces = decodeWatch(encodeWatch(pieces))!;
    }
    expect(Buffer.from(encodeWatch(pieces))).toEqual(Buffer.from(encodeWatch(whole)));
    expect(encodeWatch(whole).length).toBeLessThan(300);
  });

  test.each([
    ['nothing', undefined],
    ['too short', new Uint8Array(10)],
    ['another version', new Uint8Array(400).fill(7)],
    ['a broken end', encodeWatch(newWatch()).subarray(0, 252)],
  ])('a watch that cannot be read is none: %s', (_, bytes) => {
    expect(decodeWatch(bytes)).toBeUndefined();
  });

  test('a watch is read wherever its bytes lie', () => {
    const saved = Buffer.concat([Buffer.from('odd'), encodeWatch(learnt(arrivals(40, () => MINUTE)))]).subarray(3);
    expect(decodeWatch(saved)!.f64[F64.newest]).toBe(START + 39 * MINUTE);
  });
});
