import type { Observation } from './source-detector';

/** Series (and relations of sources) that are too young to alarm, for people. */
export interface StillLearning {
  /** Every observation, in order for each series. */
  see(source: string, observation: Observation): void;
  /** How many there are; no more than {@link REMEMBERED_MAX} are known at a time, the newest. */
  readonly size: number;
  /** The first few as "pump-17 temperature 7 of 20"; names are as they came. */
  words(shownMax: number): readonly string[];
}

const REMEMBERED_MAX = 10_000;

interface Progress {
  readonly source: string;
  readonly metric: string | undefined;
  readonly learnt: number;
  readonly learningNeeds: number;
}

export function openStillLearning(): StillLearning {
  const young = new Map<string, Progress>();
  return {
    see(source, { metric, learnt, learningNeeds }) {
      const isYoung = learnt < learningNeeds;
      if (!isYoung && young.size === 0) return;
      const series = JSON.stringify([source, metric]);
      if (!isYoung) {
        young.delete(series);
        return;
      }
      young.set(series, { source, metric, learnt, learningNeeds });
      if (young.size > REMEMBERED_MAX) young.delete(young.keys().next().value!);
    },
    get size() {
      return young.size;
    },
    words(shownMax) {
      const shown: string[] = [];
      for (const { source, metric, learnt, learningNeeds } of young.values()) {
        if (shown.length === shownMax) break;
        shown.push(`${source} ${metric ?? '(relations)'} ${learnt} of ${learningNeeds}`);
      }
      return shown;
    },
  };
}
