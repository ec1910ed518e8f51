import { builtInModel } from '../shared/detection/built-in-model';
import { judge, thresholdOf } from '../shared/detection/judge';
import { HEAD_BYTES } from '../shared/detection/metric-layout';
import type { JudgedObservation } from '../shared/detection/metric-observation';
import { createMetricState } from '../shared/detection/metric-state';
import { DEFAULT_SETTINGS, type SourceSettings } from '../shared/domain/settings';

const WEEK_MS = 7 * 86_400_000;
/** A longer time between two points is a gap: nothing could alarm in it. */
const STEP_MS_MAX = 6 * 3_600_000;

/** What one series gave, for each number that was asked for. */
export interface AlarmsGiven {
  weeks: number;
  readonly episodes: number[];
  /** Points that are anomalies. */
  readonly anomalies: number[];
}

export function nothingGiven(asked: readonly number[]): AlarmsGiven {
  return { weeks: 0, episodes: asked.map(() => 0), anomalies: asked.map(() => 0) };
}

/** Follows one series with several askings at once, through the engine's second stage with a memory for each. */
export function askedOf(asked: readonly number[], settings: SourceSettings = DEFAULT_SETTINGS.defaults) {
  const memories = asked.map(() => createMetricState(HEAD_BYTES));
  let last = Number.NaN;
  return {
    /** @param given where it counts; absent where something is wrong */
    see(timestamp: number, seen: JudgedObservation, given: AlarmsGiven | undefined): void {
      const score = builtInModel.score(seen.features!);
      asked.forEach((perWeek, k) => {
        const state = memories[k]!;
        const threshold = thresholdOf(state, seen, { ...settings, falseAlarmsPerWeek: perWeek });
        const { verdict, change } = judge(state, timestamp, seen, score, threshold, settings);
        if (given && verdict.isAnomaly) given.anomalies[k]! += 1;
        if (given && change?.phase === 'opened') given.episodes[k]! += 1;
      });
      const step = timestamp - last;
      if (given && step < STEP_MS_MAX) given.weeks += step / WEEK_MS;
      last = timestamp;
    },
  };
}

/** Episodes a week over all series together, and how that lies series by series. */
export function rateRows(name: string, asked: readonly number[], series: readonly AlarmsGiven[]): string[][] {
  const weeks = series.reduce((sum, one) => sum + one.weeks, 0);
  const sum = (of: (one: AlarmsGiven) => number) => series.reduce((all, one) => all + of(one), 0);
  return asked.map((perWeek, k) => {
    const episodes = sum((one) => one.episodes[k]!);
    const rates = series.map((one) => one.episodes[k]! / one.weeks).sort((a, b) => a - b);
    const at = (share: number) => rates[Math.floor(share * (rates.length - 1))]!.toFixed(2);
    return [
      name,
      String(perWeek),
      (episodes / weeks).toFixed(2),
      (episodes / weeks / perWeek).toFixed(2),
      (sum((one) => one.anomalies[k]!) / weeks / perWeek).toFixed(2),
      at(0.1),
      at(0.5),
      at(0.9),
      `${series.length} × ${(weeks / series.length).toFixed(2)}`,
      String(episodes),
    ];
  });
}
