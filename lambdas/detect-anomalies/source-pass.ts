import { FEATURE_SCHEMA_VERSION, type FeatureVector, type ModelScore } from '../../shared/detection/model';
import { CHECKPOINT_FIELD, type StateCommit, type StateFields } from '../../shared/detection/ports';
import type { Filing } from '../../shared/detection/silence/ports';
import { encodeWatch, WATCH_FIELD } from '../../shared/detection/silence/source-watch';
import type {
  Conclusion,
  Observation,
  OpenSourceDetector,
  SourceDetector,
  Verdict,
} from '../../shared/detection/source-detector';
import type { Versions } from '../../shared/domain/anomaly-event';
import { Checkpoint } from '../../shared/domain/position';
import type { PointRow } from '../../shared/domain/rows';
import { eventsOfReturns, filingOf, type ListenedSource, listen, openListener } from './listen';
import type { PlacedPoint, SourceWork } from './plan-batch';
import { type BatchCounts, type PlacedEvent, zeroCounts } from './services';
import type { Recalled } from './warming/recall';
import { decodeMark, encodeMark, WARMING_FIELD, type WarmingMark } from './warming/warming-mark';

/** One source between stage 1 and its commit. */
export interface SourcePass {
  readonly work: SourceWork;
  readonly detector: SourceDetector;
  readonly recalled: Recalled;
  readonly advanced: readonly AdvancedPoint[];
  readonly checkpoint: Checkpoint;
  readonly listened: ListenedSource;
  /** What is left of a mark that its memory was lost; absent when it had none. */
  readonly mark: WarmingMark | undefined;
  /** What happened to its points; counts only once the pass is committed, so that a repeated pass is not counted twice. */
  readonly counts: BatchCounts;
}

interface AdvancedPoint {
  readonly placed: PlacedPoint;
  readonly observations: readonly Observation[];
  /** The source's memory was lost and is being filled again. */
  readonly warming: boolean;
}

/** The state of a source at rest cannot be read, whichever part of it. */
export class UnreadableState extends Error {
  override readonly name = 'UnreadableState';
}

/** What stage 2 gives of a source. */
export interface SourceResult {
  readonly rows: readonly PointRow[];
  readonly events: readonly PlacedEvent[];
  /** Of each point that was advanced, of each of its observations. */
  readonly verdicts: readonly (readonly Verdict[])[];
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Stage 1 of one source: drop what its checkpoint covers, learn from the rest in order.
 * @throws {UnreadableState} if the memory that it goes on from is unreadable
 */
export function advanceSource(work: SourceWork, recalled: Recalled, open: OpenSourceDetector): SourcePass {
  const { detector, listened, ...known } = opened(work, recalled.fields, open);
  const counts = zeroCounts();
  let { checkpoint, mark } = known;
  const fresh = work.points.filter(({ position }) => !checkpoint.covers(position));
  counts.absorbedBefore += work.points.length - fresh.length;
  const advanced = fresh.map((placed) => {
    listen(listened, placed, work.settings);
    if (checkpoint.isMisrouted(placed.position)) counts.misrouted += 1;
    checkpoint = checkpoint.advanced(placed.position);
    const warming = mark !== undefined && mark.left > 0;
    if (warming) counts.warming += 1;
    if (mark !== undefined) mark = { ...mark, left: Math.max(0, mark.left - 1) };
    return { placed, observations: detector.advance(placed.point), warming };
  });
  counts.points += fresh.length;
  if (recalled.outcome === 'warmed') counts.warmed += 1;
  if (recalled.outcome === 'budget spent') counts.warmingBudgetSpent += 1;
  return { work, detector, recalled, advanced, checkpoint, listened, mark, counts };
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
  const rows: PointRow[] = [];
  const verdicts: (readonly Verdict[])[] = [];
  const events: PlacedEvent[] = eventsOfReturns(pass, scored.settings);
  let at = 0;
  for (const { placed, observations, warming } of pass.advanced) {
    const context = { versions, degraded: scored.degraded, warming };
    const count = observations.reduce((sum, { features }) => sum + (features === undefined ? 0 : 1), 0);
    const conclusion = pass.detector.conclude(placed.point, observations, scores.slice(at, at + count), context);
    at += count;
    events.push(...conclusion.events.map((event) => ({ event, position: placed.position })));
    verdicts.push(conclusion.verdicts);
    rowsOf(placed, observations, conclusion, context, pass.counts, rows);
  }
  pass.counts.anomalies += events.filter(
    ({ event: { phase, kind } }) => phase === 'opened' && kind !== 'silence',
  ).length;
  return { rows, events: [...untoldOf(pass, events), ...events], verdicts };
}

/** What an attempt that died had decided, and this one, with a memory filled again, did not. */
function untoldOf({ recalled, advanced }: SourcePass, events: readonly PlacedEvent[]): PlacedEvent[] {
  const ids = new Set(events.map(({ event }) => event.id));
  const [first] = advanced;
  if (recalled.untold === undefined || first === undefined) return [];
  const { position } = first.placed;
  return recalled.untold.filter(({ id }) => !ids.has(id)).map((event) => ({ event, position }));
}

/** Where the source is to be filed among the deadlines, if that changes. */
export function filingsOf({ work, listened }: SourcePass): readonly Filing[] {
  const deadline = filingOf(listened);
  return deadline === undefined ? [] : [{ source: work.source, deadline }];
}

/** Bytes of the source's whole state, as it is when the commit has been written. */
export function stateBytesOf({ recalled }: SourcePass, { fields }: StateCommit): number {
  let bytes = 0;
  for (const field of fields.values()) bytes += field.length;
  for (const [name, field] of recalled.loaded ?? []) if (!fields.has(name)) bytes += field.length;
  return bytes;
}

/** What to write back: changed state and the checkpoint, if the stored checkpoint is still the one that was loaded. */
export function commitOf(pass: SourcePass): StateCommit {
  const { loaded, restored = [] } = pass.recalled;
  const fields = new Map([...restored, ...pass.detector.encode()]);
  fields.set(WATCH_FIELD, encodeWatch(pass.listened.watch));
  if (pass.mark !== undefined) fields.set(WARMING_FIELD, encodeMark(pass.mark));
  fields.set(CHECKPOINT_FIELD, encoder.encode(pass.checkpoint.encode()));
  return { source: pass.work.source, expected: loaded?.get(CHECKPOINT_FIELD), fields };
}

function checkpointOf(loaded: StateFields | undefined): Checkpoint {
  const bytes = loaded?.get(CHECKPOINT_FIELD);
  return bytes === undefined ? Checkpoint.empty : Checkpoint.decode(decoder.decode(bytes));
}

function opened(work: SourceWork, fields: StateFields | undefined, open: OpenSourceDetector) {
  try {
    return {
      checkpoint: checkpointOf(fields),
      listened: openListener(fields),
      detector: open(work.source, work.settings, fields),
      mark: decodeMark(fields?.get(WARMING_FIELD)),
    };
  } catch (cause) {
    throw new UnreadableState(`the state of source ${work.source}`, { cause });
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
