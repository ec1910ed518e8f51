import { judge, thresholdOf } from '../detection/judge';
import { HEAD_BYTES } from '../detection/metric-layout';
import { isJudged, type JudgedObservation } from '../detection/metric-observation';
import { createMetricState, type MetricState } from '../detection/metric-state';
import type { Model } from '../detection/model';
import type { OpenSourceDetector, SourceDetector } from '../detection/source-detector';
import { type Settings, type SourceSettings, settingsFor } from '../domain/settings';
import { DAY_MS, type Evidence, type EvidenceLog, openEvidenceLog } from './evidence';
import { indexLabels, type Label, type LabelIndex } from './labels';
import { bucketOf } from './measures';
import type { PointHistory } from './ports';
import { isTest, type Split } from './split';

export interface ReplayConfig {
  /** The same as were trained on, from the first: memory needs its past. */
  readonly history: PointHistory;
  readonly openDetector: OpenSourceDetector;
  readonly settings: Settings;
  readonly labels: readonly Label[];
  readonly split: Split;
}

/** What was judged: from the split on. */
export interface Tested {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly points: number;
  readonly sources: number;
  readonly series: number;
}

/**
 * What each model's alarms would have been, by the live engine with its refractory and episodes, from the first point on;
 * kept from the split on. The engine's memory does not depend on models, so they share it, and each has refractories and episodes of
 * its own. Memory: a detector a source, which goes with its last point when the history is by source.
 */
export async function replayModels(
  config: ReplayConfig,
  models: readonly Model[],
): Promise<{ readonly evidence: Evidence; readonly tested: Tested }> {
  const log = openEvidenceLog(models.length);
  const context = { config, models, log, labels: indexLabels(config.labels) };
  const open = new Map<string, SourceReplay>();
  const tested = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY, points: 0, sources: 0, series: 0 };
  const close = (replay: SourceReplay | undefined) => {
    const series = replay?.close() ?? 0;
    tested.series += series;
    tested.sources += series > 0 ? 1 : 0;
  };
  let before: string | undefined;
  for await (const point of config.history.read()) {
    const { source, timestamp } = point;
    if (config.history.bySource && before !== undefined && before !== source) {
      close(open.get(before));
      open.delete(before);
    }
    before = source;
    const replay = open.get(source) ?? new SourceReplay(source, context);
    open.set(source, replay);
    if (timestamp >= config.split.testFrom) {
      tested.points += 1;
      tested.from = Math.min(tested.from, timestamp);
      tested.to = Math.max(tested.to, timestamp);
    }
    for (const observation of replay.detector.advance(point))
      if (isJudged(observation)) replay.take(observation, timestamp);
  }
  for (const replay of open.values()) close(replay);
  const isEmpty = tested.points === 0;
  return {
    evidence: log.evidence(),
    tested: { ...tested, from: isEmpty ? undefined : tested.from, to: isEmpty ? undefined : tested.to },
  };
}

interface ReplayContext {
  readonly config: ReplayConfig;
  readonly models: readonly Model[];
  readonly log: EvidenceLog;
  readonly labels: LabelIndex;
}

/** What is remembered of a series, or of a source's relations. Lists have an entry a model. */
interface Track {
  readonly states: readonly MetricState[];
  /** Did anything of it come from the split on? */
  isTested: boolean;
  /** Of the last value that counted; NaN after one that did not. */
  previous: number;
  day: number;
  /** Buckets of the strongest usual score of the day; −1: none so far. */
  readonly ofDay: number[];
  /** Bucket of the strongest alarm since scores were last calm, −1: none; since when they are calm, 0: they are not. */
  readonly spell: number[];
  readonly calm: number[];
}

class SourceReplay {
  readonly detector: SourceDetector;
  private readonly settings: SourceSettings;
  private readonly tracks = new Map<string | undefined, Track>();

  constructor(
    private readonly source: string,
    private readonly context: ReplayContext,
  ) {
    this.settings = settingsFor(context.config.settings, source);
    this.detector = context.config.openDetector(source, this.settings, undefined);
  }

  take(observation: JudgedObservation, timestamp: number): void {
    const { models, config, labels, log } = this.context;
    const { metric, standing, features } = observation;
    const track = this.trackOf(metric);
    const isTested = timestamp >= config.split.testFrom;
    track.isTested ||= isTested;
    const label = isTested ? labels.at(this.source, metric, timestamp) : undefined;
    const counts = isTested && label?.verdict !== 'exclude';
    const window = counts && label !== undefined && isTest(label, config.split) ? log.windowOf(label) : undefined;
    const isUsual = counts && label?.verdict !== 'real';
    if (counts && metric !== undefined) this.countTime(track, timestamp);
    else track.previous = Number.NaN;
    if (isUsual && standing === 'current') this.turnDay(track, Math.floor(timestamp / DAY_MS));
    models.forEach((model, m) => {
      const score = model.score(features!);
      const state = track.states[m]!;
      const threshold = thresholdOf(state, observation, this.settings);
      const { verdict, change } = judge(state, timestamp, observation, score, threshold, this.settings);
      if (change?.phase === 'opened' && isUsual) log.blockOf(this.source, timestamp).falseAlarms[m]! += 1;
      const bucket = bucketOf(score.alarm);
      if (window !== undefined) {
        window.strongest[m] = Math.max(window.strongest[m]!, bucket);
        if (verdict.alarmScore > 0) window.loudest[m] = Math.max(window.loudest[m]!, bucket);
        if (verdict.isAnomaly) window.firstAlarm[m] ??= timestamp;
      }
      if (standing !== 'current') return;
      if (isUsual) track.ofDay[m] = Math.max(track.ofDay[m]!, bucket);
      if (verdict.alarmScore > 0 && bucket > track.spell[m]!) {
        if (isUsual) log.falseAlarmAbove(m, track.spell[m]!, bucket);
        track.spell[m] = bucket;
      }
      this.calmDown(track, m, score.anomaly, timestamp);
    });
  }

  /** @returns how many series were tested */
  close(): number {
    let series = 0;
    for (const [metric, track] of this.tracks) {
      this.turnDay(track, Number.NaN);
      if (metric !== undefined && track.isTested) series += 1;
    }
    return series;
  }

  private trackOf(metric: string | undefined): Track {
    const known = this.tracks.get(metric);
    if (known !== undefined) return known;
    const each = (value: number) => this.context.models.map(() => value);
    const track: Track = {
      states: this.context.models.map(() => createMetricState(HEAD_BYTES)),
      isTested: false,
      previous: Number.NaN,
      day: Number.NaN,
      ofDay: each(-1),
      spell: each(-1),
      calm: each(0),
    };
    this.tracks.set(metric, track);
    return track;
  }

  private countTime(track: Track, timestamp: number): void {
    if (timestamp > track.previous)
      this.context.log.blockOf(this.source, timestamp).spanMs += timestamp - track.previous;
    track.previous = timestamp;
  }

  /** Keeps the strongest of the day that is over. */
  private turnDay(track: Track, day: number): void {
    if (day === track.day) return;
    if (track.ofDay[0]! >= 0) {
      const { usualDays } = this.context.log.blockOf(this.source, track.day * DAY_MS);
      track.ofDay.forEach((bucket, m) => void usualDays[m]!.push(bucket));
    }
    track.ofDay.fill(-1);
    track.day = day;
  }

  private calmDown(track: Track, m: number, anomalyScore: number, timestamp: number): void {
    const { releaseLevel, releaseMs } = this.settings;
    if (anomalyScore >= releaseLevel) track.calm[m] = 0;
    else if (track.calm[m] === 0) track.calm[m] = timestamp;
    else if (timestamp - track.calm[m]! >= releaseMs) {
      track.spell[m] = -1;
      track.calm[m] = 0;
    }
  }
}
