import type { ShadowCounts } from '../../training/ports';

/** What the counts of a shadow are called among the metrics of detect-anomalies. */
export const SHADOW_METRICS: Readonly<Record<keyof ShadowCounts, string>> = {
  vectors: 'shadowVectors',
  both: 'shadowBoth',
  onlyChampion: 'shadowOnlyChampion',
  onlyChallenger: 'shadowOnlyChallenger',
  failed: 'shadowFailed',
};
