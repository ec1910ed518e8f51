import { type AnomalyEvent, SAMPLE_ANOMALY_EVENT } from '../domain/anomaly-event';
import { DEFAULT_SETTINGS } from '../domain/settings';
import { EPISODE, EPISODE_BYTES } from './metric-layout';
import { openMetricState } from './metric-state';
import { METRIC_PREFIX, openSourceDetector } from './open-source-detector';
import type { StateFields } from './ports';
import { withToldEpisodes } from './told-episodes';

const FROM = Date.UTC(2026, 0, 1);
const FIELD = `${METRIC_PREFIX}temperature`;

/** A state in which nothing was ever told. */
function quiet(): StateFields {
  const detector = openSourceDetector('pump-17', DEFAULT_SETTINGS.defaults, undefined);
  for (let i = 0; i < 30; i++)
    detector.advance({ source: 'pump-17', timestamp: FROM + i, metrics: { temperature: i % 3 }, tags: {} });
  return detector.encode();
}

function event(minute: number, phase: AnomalyEvent['phase'], changes: Partial<AnomalyEvent> = {}): AnomalyEvent {
  const { expected: _, ...sample } = SAMPLE_ANOMALY_EVENT;
  return { ...sample, id: `${minute}`, episodeId: 'first', timestamp: FROM + minute, phase, ...changes };
}

function episodeAfter(told: readonly AnomalyEvent[]): readonly number[] | undefined {
  const saved = withToldEpisodes(quiet(), told).get(FIELD);
  if (saved === undefined) return undefined;
  const { u16, f64, f32 } = openMetricState(saved, EPISODE_BYTES);
  const transition = u16[EPISODE.transition]!;
  return transition === 0 ? [] : [f64[EPISODE.opened]! - FROM, transition, Number(f32[EPISODE.strongest]!.toFixed(2))];
}

const opened = event(1, 'opened', { alarmScore: 0.6 });
const updated = event(3, 'updated', { transition: 2, alarmScore: 0.8 });
const closed = event(9, 'closed', { transition: 3, alarmScore: 0 });

test.each<[string, readonly AnomalyEvent[], readonly number[] | undefined]>([
  ['nothing told: nothing changes', [], undefined],
  ['an episode that was opened is open', [opened], [1, 1, 0.6]],
  ['with all that was told of it', [opened, updated], [1, 2, 0.8]],
  ['one that was closed is not', [opened, updated, closed], []],
  [
    'nor is the one before',
    [opened, closed, event(12, 'opened', { episodeId: 'next', alarmScore: 0.7 })],
    [12, 1, 0.7],
  ],
  ['one whose beginning nobody knows stays as it is', [updated], undefined],
  ['a correction moves none', [event(1, 'corrected')], undefined],
  ['a silence is no episode of a metric', [event(1, 'opened', { kind: 'silence' })], undefined],
  ['of a metric without a state there is nothing to keep', [event(1, 'opened', { metric: 'other' })], undefined],
])('%s', (_, told, episode) => {
  expect(episodeAfter(told)).toEqual(episode);
});

test('what was learnt stays as it was', () => {
  const before = quiet().get(FIELD)!;
  const after = withToldEpisodes(quiet(), [opened]).get(FIELD)!;
  expect(Buffer.from(after.subarray(EPISODE_BYTES))).toEqual(Buffer.from(before.subarray(EPISODE_BYTES)));
});
