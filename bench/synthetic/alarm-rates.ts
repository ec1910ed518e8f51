import type { RateCurve } from '../../shared/detection/alarm-rate';
import { builtInModel, fromUnit, toUnit } from '../../shared/detection/built-in-model';
import { moveEpisode } from '../../shared/detection/episode';
import { EPISODE, HEAD_BYTES } from '../../shared/detection/metric-layout';
import { isJudged, type JudgedObservation } from '../../shared/detection/metric-observation';
import { createMetricState } from '../../shared/detection/metric-state';
import { openSourceDetector } from '../../shared/detection/open-source-detector';
import { speaks } from '../../shared/detection/refractory';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import { FAMILY_NAMES, type SyntheticSeries, syntheticSeries } from './series';

/** Histories are told apart by the points learnt: in each span, these are its first and the one after its last. */
const SPANS = [
  [20, 100],
  [100, 300],
  [300, 1000],
  [1000, 3000],
  [3000, 6000],
  [6000, 12_000],
  [12_000, 24_000],
  [24_000, 60_000],
] as const;
const ODDS = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.4];
/** Many series for a short while, and few for a long one: young spans are short. */
const RUNS = [
  { seeds: 300, firstSeed: 20_000, rows: 300, spans: [0, 1] },
  { seeds: 50, firstSeed: 30_000, rows: 6000, spans: [2, 3, 4] },
  { seeds: 10, firstSeed: 40_000, rows: 60_000, spans: [5, 6, 7] },
];
/** Rates from fewer alarms than this say nothing. */
const ALARMS_MIN = 6;
const { releaseLevel, releaseMs } = DEFAULT_SETTINGS.defaults;

/** How often the built-in model's alarms of a strength begin an episode on sound made-up series. */
export function learnAlarmRates(): RateCurve[] {
  const holds = SPANS.map(() => 0);
  const alarms = SPANS.map(() => ODDS.map(() => 0));
  for (const { seeds, firstSeed, rows, spans } of RUNS) {
    for (const family of FAMILY_NAMES) {
      for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
        count(syntheticSeries(family, seed, rows), spans, holds, alarms);
      }
    }
  }
  return SPANS.map(([from, to], span) => ({
    learnt: Math.round(Math.sqrt(from * to)),
    rates: ODDS.map((odds, k): [number, number] => [
      odds,
      Number((alarms[span]![k]! / holds[span]!).toPrecision(3)),
    ]).filter((_, k) => alarms[span]![k]! >= ALARMS_MIN),
  }));
}

/** Adds a series' time, in holds, and its openings at each strength, span by span. */
function count(series: SyntheticSeries, spans: readonly number[], holds: number[], alarms: number[][]): void {
  const detector = openSourceDetector('series', DEFAULT_SETTINGS.defaults, undefined);
  const refractory = createMetricState(HEAD_BYTES);
  const episodes = ODDS.map(() => createMetricState(HEAD_BYTES));
  series.values.forEach((value, row) => {
    const timestamp = series.timestamps[row]!;
    const [seen] = detector.advance({ source: 'series', timestamp, metrics: { value }, tags: {} });
    const span = spans.find((at) => row >= SPANS[at]![0] && row < SPANS[at]![1]);
    if (!seen || !isJudged(seen)) return;
    const emitted = emittedBy(refractory, timestamp, seen);
    ODDS.forEach((odds, k) => {
      const isAnomaly = emitted.odds >= odds;
      if (!isAnomaly && episodes[k]!.u16[EPISODE.transition] === 0) return;
      const input = { timestamp, kind: 'value' as const, anomalyScore: emitted.anomaly, isAnomaly };
      const change = moveEpisode(episodes[k]!, { ...input, alarmScore: toUnit(emitted.odds), releaseLevel, releaseMs });
      if (change?.phase === 'opened' && span !== undefined) alarms[span]![k]! += 1;
    });
    if (span !== undefined) holds[span]! += (timestamp - series.timestamps[row - 1]!) / seen.holdMs;
  });
}

function emittedBy(refractory: ReturnType<typeof createMetricState>, timestamp: number, seen: JudgedObservation) {
  const { anomaly, alarm } = builtInModel.score(seen.features!);
  const odds = fromUnit(alarm);
  return { anomaly, odds: speaks(refractory, odds, timestamp, seen.holdMs) ? odds : 0 };
}
