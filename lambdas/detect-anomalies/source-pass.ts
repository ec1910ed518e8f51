import { FEATURE_SCHEMA_VERSION, type FeatureVector, type ModelScore } from '../../shared/detection/model';
import { CHECKPOINT_FIELD, type StateCommit, type StateFields } from '../../shared/detection/ports';
import type { Filing } from '../../shared/detection/silence/ports';
import { encodeWatch, WATCH_FIELD } from '../../shared/detection/silence/source-watch';
import type {
  Conclusion,
  Observation,
  OpenSourceDetector,
  SourceDetector,
} from '../../shared/detection/source-detector';
import type { AnomalyEvent, Versions } from '../../shared/domain/anomaly-event';
import { Checkpoint } from '../../shared/domain/position';
import type { PointRow } from '../../shared/domain/rows';
import { eventsOfReturns, filingOf, type ListenedSource, listen, openListener } from './listen';
import type { PlacedPoint, SourceWork } from './plan-batch';
import { type BatchCounts, zeroCounts } from './services';

/** One source between stage 1 and its commit. */
export interface SourcePass {
  readonly work: SourceWork;
  readonly detector: SourceDetector;
  readonly loaded: StateFields | undefined;
  readonly advanced: readonly { readonly placed: PlacedPoint; readonly observations: readonly Observation[] }[];
  readonly checkpoint: Checkpoint;
  readonly listened: ListenedSource;
  /** Its memory was lost. */
  readonly warming: boolean;
  /** What happened to its points; counts only once the pass is committed, so that a repeated pass is not counted twice. */
  readonly counts: BatchCounts;
}

/** What stage 2 gives of a source. */
export interface SourceResult {
  readonly rows: readonly PointRow[];
  readonly events: readonly AnomalyEvent[];
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Stage 1 of one source: drop what its checkpoint covers, learn from the rest in order. */
export function advanceSource(work: SourceWork, loaded: StateFields | undefined, open: OpenSourceDetector): SourcePass {
  const counts = zeroCounts();
  const known = readOrForget(work, loaded, open);
  if (known.isLost) counts.stateLost += 1;
  let checkpoint = known.checkpoint;
  const fresh = work.points.filter(({ position }) => !checkpoint.covers(position));
  counts.absorbedBefore += work.points.length - fresh.length;
  const { detector, listened } = known;
  const advanced = fresh.map((placed) => {
    listen(listened, placed, work.settings);
    if (checkpoint.isMisrouted(placed.position)) counts.misrouted += 1;
    checkpoint = checkpoint.advanced(placed.position);
    return { placed, observations: detector.advance(placed.point) };
  });
  counts.points += fresh.length;
  return { work, detector, loaded, advanced, checkpoint, listened, warming: known.isLost, counts };
}

/** Vectors to score, in the order {@link concludeSource} takes their scores. */
export function vectorsOf(pass: SourcePass): FeatureVector[] {
  const vectors: FeatureVector[] = [];
  for (const { observations } of pass.advanced)
    for (const { features } of observations) if (features !== undefined) vectors.push(features);
  return vectors;
}

/** Stage 2 of one source: verdicts, rows and events. */
export function concludeSource(
  pass: SourcePass,
  scores: readonly ModelScore[],
  scored: { readonly model: string; readonly settings: number; readonly degraded: boolean },
): SourceResult {
  const versions: Versions = { model: scored.model, settings: scored.settings, schema: FEATURE_SCHEMA_VERSION };
  const context = { versions, degraded: scored.degraded, warming: pass.warming };
  const rows: PointRow[] = [];
  const events: AnomalyEvent[] = eventsOfReturns(pass, scored.settings);
  let at = 0;
  for (const { placed, observations } of pass.advanced) {
    const count = observations.reduce((sum, { features }) => sum + (features === undefined ? 0 : 1), 0);
    const conclusion = pass.detector.conclude(placed.point, observations, scores.slice(at, at + count), context);
    at += count;
    events.push(...conclusion.events);
    rowsOf(placed, observations, conclusion, context, pass.counts, rows);
  }
  pass.counts.anomalies += events.filter(({ phase, kind }) => phase === 'opened' && kind !== 'silence').length;
  return { rows, events };
}

/** Where the source is to be filed among the deadlines, if that changes. */
export function filingsOf({ work, listened }: SourcePass): readonly Filing[] {
  const deadline = filingOf(listened);
  return deadline === undefined ? [] : [{ source: work.source, deadline }];
}

/** What to write back: changed state and the checkpoint, if the stored checkpoint is still the one that was loaded. */
export function commitOf(pass: SourcePass): StateCommit {
  const fields = new Map(pass.detector.encode());
  fields.set(WATCH_FIELD, encodeWatch(pass.listened.watch));
  fields.set(CHECKPOINT_FIELD, encoder.encode(pass.checkpoint.encode()));
  return { source: pass.work.source, expected: pass.loaded?.get(CHECKPOINT_FIELD), fields };
}

export function checkpointOf(loaded: StateFields | undefined): Checkpoint {
  const bytes = loaded?.get(CHECKPOINT_FIELD);
  return bytes === undefined ? Checkpoint.empty : Checkpoint.decode(decoder.decode(bytes));
}

/** A state that cannot be read, whichever part of it, must not block its shard for ever: the source learns anew and says so. */
function readOrForget(work: SourceWork, loaded: StateFields | undefined, open: OpenSourceDetector) {
  const read = (fields: StateFields | undefined) => ({
    checkpoint: checkpointOf(fields),
    listened: openListener(fields),
    detector: open(work.source, work.settings, fields),
  });
  try {
    return { ...read(loaded), isLost: false };
  } catch {
    return { ...read(undefined), isLost: true };
  }
}

function rowsOf(
  { point, position }: PlacedPoint,
  observations: readonly Observation[],
  conclusion: Conclusion,
  context: { readonly versions: Versions; readonly degraded: boolean; readonly warming: boolean },
  counts: BatchCounts,
  rows: PointRow[],
): void {
  observations.forEach((observation, i) => {
    if (observation.metric === undefined || observation.value === undefined) return;
    if (observation.standing === 'duplicate') {
      counts.duplicates += 1;
      return;
    }
    const verdict = conclusion.verdicts[i]!;
    const late = observation.standing !== 'current';
    counts.values += 1;
    if (late) counts.late += 1;
    // What nobody was to score is not worse for it.
    const degraded = context.degraded && observation.features !== undefined;
    if (degraded) counts.degraded += 1;
    rows.push({
      source: point.source,
      metric: observation.metric,
      timestamp: point.timestamp,
      value: observation.value,
      anomalyScore: verdict.anomalyScore,
      alarmScore: verdict.alarmScore,
      isAnomaly: verdict.isAnomaly,
      ...(observation.expected === undefined ? {} : { expected: observation.expected }),
      ...(observation.lower === undefined ? {} : { lower: observation.lower }),
      ...(observation.upper === undefined ? {} : { upper: observation.upper }),
      late,
      learning: observation.learnt < observation.learningNeeds,
      degraded,
      warming: context.warming,
      ...(degraded && observation.features !== undefined ? { features: [...observation.features] } : {}),
      ...(degraded && verdict.bar !== undefined ? { bar: verdict.bar } : {}),
      revision: 0,
      versions: context.versions,
      ...position,
    });
  });
}
