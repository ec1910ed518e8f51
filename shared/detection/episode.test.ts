import { type EpisodeChange, type EpisodeInput, moveEpisode } from './episode';
import { EPISODE_BYTES } from './metric-layout';
import { createMetricState } from './metric-state';

const MINUTE_MS = 60_000;

/** Alarm and anomaly score minute by minute; an anomaly is an alarm from 0.5 on. */
function told(minutes: readonly (readonly [alarm: number, anomaly: number])[]): (string | undefined)[] {
  const state = createMetricState(EPISODE_BYTES);
  return minutes.map(([alarmScore, anomalyScore], minute) => {
    const input: EpisodeInput = {
      timestamp: 1e12 + minute * MINUTE_MS,
      kind: 'value',
      anomalyScore,
      alarmScore,
      isAnomaly: alarmScore >= 0.5,
      releaseLevel: 0.4,
      releaseMs: 2 * MINUTE_MS,
    };
    return tell(moveEpisode(state, input));
  });
}

function tell(change: EpisodeChange | undefined): string | undefined {
  return change && `${change.transition} ${change.phase} ${change.strongest.toFixed(1)}`;
}

const CALM = [0, 0.1] as const;
const UNEASY = [0, 0.5] as const;

describe('an episode', () => {
  it.each<[string, (readonly [number, number])[], (string | undefined)[]]>([
    ['does not begin without an anomaly', [UNEASY, CALM], [undefined, undefined]],
    ['opens at an anomaly', [[0.6, 0.6]], ['1 opened 0.6']],
    [
      'says nothing of a weaker alarm',
      [
        [0.6, 0.6],
        [0.55, 0.6],
      ],
      ['1 opened 0.6', undefined],
    ],
    [
      'is updated by a stronger alarm',
      [
        [0.6, 0.6],
        [0.8, 0.8],
      ],
      ['1 opened 0.6', '2 updated 0.8'],
    ],
    [
      'closes after the release time in calm',
      [[0.6, 0.6], CALM, CALM, CALM, CALM],
      ['1 opened 0.6', undefined, undefined, '2 closed 0.6', undefined],
    ],
    [
      'waits anew when calm was interrupted',
      [[0.6, 0.6], CALM, CALM, UNEASY, CALM, CALM, CALM],
      ['1 opened 0.6', undefined, undefined, undefined, undefined, undefined, '2 closed 0.6'],
    ],
    [
      'opens again after it closed, counting from one',
      [[0.6, 0.6], CALM, CALM, CALM, [0.7, 0.7]],
      ['1 opened 0.6', undefined, undefined, '2 closed 0.6', '1 opened 0.7'],
    ],
  ])('%s', (_, minutes, wanted) => {
    expect(told(minutes)).toEqual(wanted);
  });
});
