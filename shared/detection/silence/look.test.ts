import { DEFAULT_SETTINGS, DEFAULT_SOURCE_SETTINGS } from '../../domain/settings';
import { FLEET_HEARD, type FleetState, judgeFleet } from './fleet';
import { hear } from './hear';
import { type Look, look, type Moment } from './look';
import { silenceClosed, silenceOpened } from './silence-event';
import { F64, newWatch, type SourceWatch } from './source-watch';
import { spoken } from './spoken';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 23);
/** Heard every minute, last at this moment. */
const LAST = START + 40 * MINUTE;
const DUE = LAST + 4 * MINUTE;
const known = { version: 3, threshold: 0.5 };

function heardEveryMinute(change: (watch: SourceWatch) => void = () => {}): SourceWatch {
  const watch = newWatch();
  for (let at = START; at <= LAST; at += MINUTE) {
    hear(watch, { arrival: at, timestamp: at, shard: 's/0', tags: { site: 'berlin' } }, DEFAULT_SOURCE_SETTINGS);
  }
  change(watch);
  return watch;
}

const silent = (pending: SourceWatch['pending']) => (watch: SourceWatch) => {
  watch.f64[F64.opened] = DUE;
  watch.pending = pending;
};

test.each<[string, SourceWatch | undefined, Partial<Moment>, Partial<typeof DEFAULT_SOURCE_SETTINGS>, Look]>([
  ['a source of which nothing is known any more is dropped', undefined, {}, {}, { kind: 'drop' }],
  ['so is one that nobody watches', heardEveryMinute(), {}, { watchSilence: false }, { kind: 'drop' }],
  ['and one that was never heard', newWatch(), {}, {}, { kind: 'drop' }],
  ['and one whose silence was told', heardEveryMinute(silent([])), {}, {}, { kind: 'drop' }],
  [
    'one whose silence was decided and perhaps not told is told of',
    heardEveryMinute(silent([silenceOpened('a', heardEveryMinute(), DUE, known)])),
    {},
    {},
    { kind: 'tell' },
  ],
  [
    'one that spoke since waits for its deadline',
    heardEveryMinute(),
    { now: DUE - 1 },
    {},
    { kind: 'wait', next: DUE },
  ],
  [
    'at its deadline it is missed',
    heardEveryMinute(),
    { now: DUE, takenUntil: DUE },
    {},
    { kind: 'missed', deadline: DUE },
  ],
  [
    'not if its shard lags behind the deadline',
    heardEveryMinute(),
    { takenUntil: DUE - 1 },
    {},
    { kind: 'wait', next: 99 },
  ],
  ['nor if nobody knows of its shard', heardEveryMinute(), { takenUntil: undefined }, {}, { kind: 'wait', next: 99 }],
  [
    'time in which nobody could be heard does not count',
    heardEveryMinute(),
    { since: DUE },
    {},
    { kind: 'wait', next: DUE + 4 * MINUTE },
  ],
])('%s', (_, watch, moment, settings, expected) => {
  const full: Moment = { now: DUE + 1_000, takenUntil: DUE + 1_000, since: 0, again: 99, ...moment };
  expect(look(watch, { ...DEFAULT_SOURCE_SETTINGS, ...settings }, full)).toEqual(expected);
});

describe('the fleet', () => {
  const opened = 1_000;
  const silentFleet: FleetState = { opened, heardAgain: 0, pending: [] };
  test.each<[string, FleetState, number, number, 'stays' | 'falls silent' | 'is heard']>([
    ['all healthy', FLEET_HEARD, 0, 100, 'stays'],
    ['no sources at all', FLEET_HEARD, 0, 0, 'stays'],
    ['just under half', FLEET_HEARD, 49, 100, 'stays'],
    ['half', FLEET_HEARD, 50, 100, 'falls silent'],
    ['all four of four: too few for a fleet', FLEET_HEARD, 4, 4, 'stays'],
    ['all five of five', FLEET_HEARD, 5, 5, 'falls silent'],
    ['silent, and a quarter still is', silentFleet, 25, 100, 'stays'],
    ['silent, and less than a quarter still is', silentFleet, 24, 100, 'is heard'],
    ['silent, and nobody is left', silentFleet, 0, 0, 'stays'],
  ])('%s', (_, state, missed, filed, outcome) => {
    const next = judgeFleet(state, { missed, filed, since: 500 }, 9_000, DEFAULT_SETTINGS.fleet, known);
    if (outcome === 'stays') expect(next).toBe(state);
    if (outcome === 'falls silent') {
      expect(next).toMatchObject({ opened: 500, pending: [{ phase: 'opened', timestamp: 500, severity: 'critical' }] });
    }
    if (outcome === 'is heard') {
      expect(next).toMatchObject({ opened: 0, heardAgain: 9_000, pending: [{ phase: 'closed', transition: 2 }] });
    }
  });
});

test('events of one silence belong together, whoever tells them, and those of two do not', () => {
  const watch = heardEveryMinute();
  const opening = silenceOpened('a', watch, DUE, known);
  expect(silenceOpened('a', heardEveryMinute(), DUE, known)).toEqual(opening);
  const back = { origin: watch.origin, opened: DUE, at: DUE + 90_000, pending: [] };
  const closing = silenceClosed('a', back, known);
  expect(closing.episodeId).toBe(opening.episodeId);
  expect(closing.id).not.toBe(opening.id);
  expect(closing).toMatchObject({
    tags: { site: 'berlin' },
    contributions: [{ words: 'heard again 90 s after it was missed' }],
  });
  expect(silenceOpened('a', watch, DUE + 1, known).episodeId).not.toBe(opening.episodeId);
  expect(silenceOpened('b', watch, DUE, known).episodeId).not.toBe(opening.episodeId);
});

test('a source that is called like the fleet is not mistaken for it', () => {
  const { pending } = judgeFleet(FLEET_HEARD, { missed: 9, filed: 9, since: DUE }, DUE, DEFAULT_SETTINGS.fleet, known);
  expect(silenceOpened('(fleet)', heardEveryMinute(), DUE, known).id).not.toBe(pending[0]!.id);
});

test.each([
  [400, '0.4 s'],
  [5_490, '5.5 s'],
  [90_000, '90 s'],
  [12 * MINUTE, '12 minutes'],
  [150 * MINUTE, '2.5 hours'],
  [100 * 60 * MINUTE, '4.2 days'],
])('%d ms is spoken as %s', (ms, words) => {
  expect(spoken(ms)).toBe(words);
});
