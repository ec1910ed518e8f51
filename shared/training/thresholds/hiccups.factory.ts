import { builtInModel } from '../../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../../detection/model';
import { openSourceDetector } from '../../detection/open-source-detector';
import type { PastScore, ScoreHistory } from '../../detection/ports';
import { normals } from '../../detection/relations/relations.factory';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { DataPoint } from '../../domain/data-point';
import { type Settings, settingsFor } from '../../domain/settings';
import type { JudgedSpan } from './weigh-group';

export const START = Date.UTC(2026, 0, 5);
export const STEP_MS = 15 * 60_000;
export const DAY_MS = 86_400_000;
const DAY_STEPS = DAY_MS / STEP_MS;
/** In standard deviations of a pressure; each hiccup is a little larger than the one before, or it would be no news. */
const FIRST_HICCUP = 6;
const HICCUP_GROWTH = 1.15;
const FAULT_STEPS = 12;
const FIRST_LEAP = 60;
const LEAP_GROWTH = 3;

/** A stretch of a source of which the truth is known. */
export interface TrueSpan {
  readonly source: string;
  readonly from: number;
  readonly to: number;
  readonly what: 'hiccup' | 'fault';
}

/**
 * Pumps that hiccup: a pressure that is a little further off for a moment than it ever was, which nobody cares for. A fault is a leap
 * of the flow for hours, to where it has never been.
 *
 * @param start a Monday, midnight UTC: hours and weekdays are the same then
 */
export function hiccupingPumps(pumps: number, days: number, start = START): { points: DataPoint[]; truth: TrueSpan[] } {
  const sources = Array.from({ length: pumps }, (_, i) => pumpOf(i, days, start));
  const points: DataPoint[] = [];
  for (let i = 0; i < days * DAY_STEPS; i++) for (const source of sources) points.push(source.points[i]!);
  return { points, truth: sources.flatMap(({ truth }) => truth) };
}

function pumpOf(index: number, days: number, start: number): { points: DataPoint[]; truth: TrueSpan[] } {
  const source = `pump-${index + 1}`;
  const random = normals(index + 1);
  const steps = days * DAY_STEPS;
  const [off, leaps] = [new Float64Array(steps), new Float64Array(steps)];
  const truth: TrueSpan[] = [];
  const at = (step: number) => start + step * STEP_MS;
  let size = FIRST_HICCUP;
  for (
    let step = (6 + (index % 3)) * DAY_STEPS;
    step < steps;
    step += Math.round((1.7 + 0.3 * (index % 3)) * DAY_STEPS)
  ) {
    off[step] = size;
    size *= HICCUP_GROWTH;
    truth.push({ source, from: at(step), to: at(step), what: 'hiccup' });
  }
  let leap = FIRST_LEAP;
  for (let step = (12 + (index % 4)) * DAY_STEPS + 37; step + FAULT_STEPS < steps; step += 7 * DAY_STEPS) {
    leaps.fill(leap, step, step + FAULT_STEPS);
    leap *= -LEAP_GROWTH;
    truth.push({ source, from: at(step), to: at(step + FAULT_STEPS), what: 'fault' });
  }
  const points = Array.from(off, (extra, i): DataPoint => {
    const wave = Math.sin((i / DAY_STEPS) * 2 * Math.PI);
    const pressure = 20 + wave + random() + extra;
    const flow = 50 + wave + random() + leaps[i]!;
    return { source, timestamp: at(i), metrics: { pressure, flow }, tags: {} };
  });
  return { points, truth };
}

/** What a store has of points that the engine saw: rows of metrics, and events. */
export interface Past {
  readonly rows: readonly PastScore[];
  readonly events: readonly AnomalyEvent[];
}

/** The engine over points, as it runs live. */
export function pastOf(points: readonly DataPoint[], settings: Settings): Past {
  const detectors = new Map<string, ReturnType<typeof openSourceDetector>>();
  const rows: PastScore[] = [];
  const events: AnomalyEvent[] = [];
  const versions = { model: builtInModel.version, settings: settings.version, schema: FEATURE_SCHEMA_VERSION };
  for (const point of points) {
    const { source, timestamp } = point;
    const detector = detectors.get(source) ?? openSourceDetector(source, settingsFor(settings, source), undefined);
    detectors.set(source, detector);
    const observations = detector.advance(point);
    const scores = observations.flatMap(({ features }) =>
      features === undefined ? [] : [builtInModel.score(features)],
    );
    const conclusion = detector.conclude(point, observations, scores, { versions, degraded: false, warming: false });
    events.push(...conclusion.events);
    observations.forEach(({ metric, standing }, i) => {
      if (metric === undefined || standing !== 'current') return;
      const { anomalyScore, alarmScore, isAnomaly } = conclusion.verdicts[i]!;
      const { model, settings: version } = versions;
      rows.push({ source, metric, timestamp, anomalyScore, alarmScore, isAnomaly, model, settings: version });
    });
  }
  return { rows, events };
}

/** As a store gives it. */
export function historyOf({ rows }: Past): ScoreHistory {
  const inOrder = [...rows].sort(
    (a, b) => compare(a.source, b.source) || compare(a.metric, b.metric) || a.timestamp - b.timestamp,
  );
  return {
    async *readScores({ from, to, isWanted = () => true }) {
      yield inOrder.filter(({ source, timestamp }) => timestamp >= from && timestamp < to && isWanted(source));
    },
  };
}

/** What people who know the truth say of every alarm that was told. */
export function verdictsOn({ events }: Past, truth: readonly TrueSpan[]): JudgedSpan[] {
  const spans = new Map<string, { from: number; to: number; event: AnomalyEvent }>();
  for (const event of events) {
    const known = spans.get(event.episodeId);
    spans.set(event.episodeId, { from: known?.from ?? event.timestamp, to: event.timestamp, event });
  }
  return [...spans.values()].map(({ from, to, event: { source, metric } }) => {
    const isReal = truth.some(
      (one) => one.what === 'fault' && one.source === source && one.from <= to && one.to >= from,
    );
    return { source, from, to, verdict: isReal ? 'real' : 'false-alarm', ...(metric === undefined ? {} : { metric }) };
  });
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
