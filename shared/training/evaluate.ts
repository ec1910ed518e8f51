import { FEATURE_SCHEMA_VERSION, type Model } from '../detection/model';
import type { OpenSourceDetector } from '../detection/source-detector';
import type { DataPoint } from '../domain/data-point';
import { matchesPattern, type Settings, settingsFor } from '../domain/settings';
import { indexLabels, type Label } from './labels';
import { alarmMeasures, rankingMeasures } from './measures';
import type { PointHistory } from './ports';
import { isTest, type Split } from './split';

export interface EvaluationConfig {
  /** The same as were trained on, from the first: memory needs its past. */
  readonly history: PointHistory;
  readonly openDetector: OpenSourceDetector;
  readonly settings: Settings;
  readonly labels: readonly Label[];
  readonly split: Split;
  /** Names; `*` stands for any run of characters; absent: all. */
  readonly sources?: string;
}

/** What a model's alarms were in one source and one week: the unit that doubt is measured in. */
export interface Block {
  readonly source: string;
  windows: number;
  found: number;
  falseAlarms: number;
}

export interface Evaluation {
  readonly model: string;
  readonly windows: number;
  /** Windows with an alarm. */
  readonly found: number;
  /** Episodes that began outside of windows. */
  readonly falseAlarms: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Of the alarm score: the strongest of each window against the strongest of each usual day of each series. */
  readonly rocAuc: number;
  readonly prAuc: number;
  readonly falseAlarmsPerSeriesWeek: number;
  /** From the begin of a window to its first alarm, mean over windows found; NaN if none was. */
  readonly delayMs: number;
  /** By source and week, the same keys in the same order for all models of one evaluation. */
  readonly blocks: readonly Block[];
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/**
 * What each model's alarms would have been, by the live engine with its refractory and episodes, from the first point on;
 * counted from the split on. O(points × models); memory: a detector a source and model, and a number a series and day.
 */
export async function evaluateModels(
  config: EvaluationConfig,
  models: readonly Model[],
): Promise<readonly Evaluation[]> {
  const labels = indexLabels(config.labels);
  const windows = config.labels.filter((label) => label.verdict === 'real' && isTest(label, config.split));
  const runs = models.map((model) => openRun(model, config));
  const spans = new Map<string, { first: number; last: number }>();
  const sources = new Set<string>();
  for await (const point of config.history.read()) {
    if (config.sources !== undefined && !matchesPattern(config.sources, point.source)) continue;
    sources.add(point.source);
    if (point.timestamp >= config.split.testFrom) stretch(spans, point);
    for (const run of runs) run.take(point, labels.at);
  }
  let spanMs = 0;
  for (const { first, last } of spans.values()) spanMs += last - first;
  const heard = windows.filter(({ source }) => sources.has(source));
  return runs.map((run) => run.evaluation(heard, spanMs / WEEK_MS));
}

function stretch(spans: Map<string, { first: number; last: number }>, { source, metrics, timestamp }: DataPoint): void {
  for (const metric of Object.keys(metrics)) {
    const key = `${source}\u0000${metric}`;
    const span = spans.get(key);
    if (span === undefined) spans.set(key, { first: timestamp, last: timestamp });
    else span.last = Math.max(span.last, timestamp);
  }
}

function openRun(model: Model, { openDetector, settings, split }: EvaluationConfig) {
  const detectors = new Map<string, ReturnType<OpenSourceDetector>>();
  const blocks = new Map<string, Block>();
  const strongest = new Map<Label, number>();
  const strongestOfDay = new Map<string, number>();
  const firstAlarm = new Map<Label, number>();
  const context = {
    versions: { model: model.version, settings: settings.version, schema: FEATURE_SCHEMA_VERSION },
    degraded: false,
    warming: false,
  };
  const blockOf = (source: string, timestamp: number): Block => {
    const key = `${source}\u0000${Math.floor(timestamp / WEEK_MS)}`;
    const block = blocks.get(key) ?? { source, windows: 0, found: 0, falseAlarms: 0 };
    blocks.set(key, block);
    return block;
  };
  return {
    take(point: DataPoint, labelAt: (source: string, metric: string | undefined, at: number) => Label | undefined) {
      const { source, timestamp } = point;
      const detector = detectors.get(source) ?? openDetector(source, settingsFor(settings, source), undefined);
      detectors.set(source, detector);
      const observations = detector.advance(point);
      const judged = observations.filter(({ features }) => features !== undefined);
      const scores = judged.map(({ features }) => model.score(features!));
      const { verdicts, events } = detector.conclude(point, observations, scores, context);
      if (timestamp < split.testFrom) return;
      const block = blockOf(source, timestamp);
      judged.forEach(({ metric }, k) => {
        const label = labelAt(source, metric, timestamp);
        if (label === undefined) {
          const day = `${source}\u0000${metric ?? ''}\u0000${Math.floor(timestamp / DAY_MS)}`;
          strongestOfDay.set(day, Math.max(strongestOfDay.get(day) ?? 0, scores[k]!.alarm));
        } else strongest.set(label, Math.max(strongest.get(label) ?? 0, scores[k]!.alarm));
      });
      observations.forEach(({ metric }, k) => {
        const label = verdicts[k]!.isAnomaly ? labelAt(source, metric, timestamp) : undefined;
        if (label !== undefined && !firstAlarm.has(label)) firstAlarm.set(label, timestamp);
      });
      for (const { phase, metric } of events)
        if (phase === 'opened' && labelAt(source, metric, timestamp) === undefined) block.falseAlarms += 1;
    },
    evaluation(windows: readonly Label[], seriesWeeks: number): Evaluation {
      let delay = 0;
      let found = 0;
      for (const window of windows) {
        const block = blockOf(window.source, window.from);
        block.windows += 1;
        const at = firstAlarm.get(window);
        if (at === undefined) continue;
        found += 1;
        block.found += 1;
        delay += at - window.from;
      }
      const falseAlarms = [...blocks.values()].reduce((sum, block) => sum + block.falseAlarms, 0);
      return {
        model: model.version,
        windows: windows.length,
        found,
        falseAlarms,
        ...alarmMeasures(found, windows.length, falseAlarms),
        ...rankingMeasures(
          windows.map((window) => strongest.get(window) ?? 0),
          [...strongestOfDay.values()],
        ),
        falseAlarmsPerSeriesWeek: seriesWeeks === 0 ? 0 : falseAlarms / seriesWeeks,
        delayMs: delay / found,
        blocks: [...blocks.values()],
      };
    },
  };
}
