import type { FeatureVector, ModelScore } from '../../shared/detection/model';
import { CHECKPOINT_FIELD, type StateCommit, type StateFields } from '../../shared/detection/ports';
import type { Filing } from '../../shared/detection/silence/ports';
import { encodeWatch, releaseWatch, WATCH_FIELD } from '../../shared/detection/silence/source-watch';
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
import type { SourceSettings } from '../../shared/domain/settings';
import { boundedSettings, encodePlaceDay, PLACE_FIELD, type Stateless } from './budget';
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

/**
 * Stage 1 of one source: drop what its checkpoint covers, learn from the rest in order.
 * @throws {UnreadableState} if the memory that it goes on from is unreadable
 */
export function advanceSource(work: SourceWork, recalled: Recalled, open: OpenSourceDetector): SourcePass {
  const memory = opened(work, recalled.fields, open);
  const { detector, listened } = memory;
  const counts = zeroCounts();
  let { checkpoint, mark } = memory;
  const fresh = work.points.filter(({ position }) => !checkpoint.covers(position));
  counts.absorbedBefore += work.points.length - fresh.length;
  const advanced = fresh.map((placed) => {
    // What comes again after hours says nothing of when its source spoke.
    if (placed.redriven === undefined) listen(listened, placed, work.settings);
    else counts.redriven += 1;
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

interface HowScored {
  readonly versions: Versions;
  readonly degraded: boolean;
  /** For metrics beyond those that the source has a memory of. */
  readonly stateless: Stateless;
}

/** Stage 2 of one source: verdicts, rows and events. */
export function concludeSource(
  pass: SourcePass,
  scores: readonly ModelScore[],
  { versions, degraded, stateless }: HowScored,
): SourceResult {
  const rows: PointRow[] = [];
  const verdicts: (readonly Verdict[])[] = [];
  const events: PlacedEvent[] = eventsOfReturns(pass, versions.settings);
  let at = 0;
  for (const { placed, observations, warming } of pass.advanced) {
    const context = { versions, degraded, warming, stateless, settings: pass.work.settings };
    let end = at;
    for (const { features } of observations) if (features !== undefined) end++;
    const own = at === 0 && end === scores.length ? scores : scores.slice(at, end);
    const conclusion = pass.detector.conclude(placed.point, observations, own, context);
    at = end;
    for (const event of conclusion.events) events.push({ event, position: placed.position });
    verdicts.push(conclusion.verdicts);
    rowsOf(placed, observations, conclusion, context, pass.counts, rows);
  }
  for (const { event } of events) if (event.phase === 'opened' && event.kind !== 'silence') pass.counts.anomalies += 1;
  return { rows, events: [...untoldOf(pass, events), ...events], verdicts };
}

/** What an attempt that died had decided, and this one, with a memory filled again, did not. */
function untoldOf({ recalled, advanced }: SourcePass, events: readonly PlacedEvent[]): PlacedEvent[] {
  const [first] = advanced;
  if (recalled.untold === undefined || first === undefined) return [];
  const ids = new Set(events.map(({ event }) => event.id));
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
export function commitOf({ work, recalled, detector, listened, mark, checkpoint }: SourcePass): StateCommit {
  const fields = detector.encode();
  if (recalled.restored) for (const [name, field] of recalled.restored) if (!fields.has(name)) fields.set(name, field);
  fields.set(WATCH_FIELD, encodeWatch(listened.watch));
  if (mark !== undefined) fields.set(WARMING_FIELD, encodeMark(mark));
  // What came back from stored rows has places once the next batch asks for them.
  if (work.placeDay !== undefined && recalled.outcome !== 'warmed')
    fields.set(PLACE_FIELD, encodePlaceDay(work.placeDay));
  fields.set(CHECKPOINT_FIELD, Buffer.from(checkpoint.encode()));
  return { source: work.source, expected: recalled.loaded?.get(CHECKPOINT_FIELD), fields };
}

/** After {@link commitOf} nobody works with the source's memory any more: the next batches have it. */
export function closeSource({ detector, listened }: SourcePass): void {
  detector.close();
  releaseWatch(listened.watch);
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
      detector: open(work.source, boundedSettings(work), fields),
      mark: decodeMark(fields?.get(WARMING_FIELD)),
    };
  } catch (cause) {
    throw new UnreadableState(`the state of source ${work.source}`, { cause });
  }
}

function rowsOf(
  { point, position, redriven }: PlacedPoint,
  observations: readonly Observation[],
  conclusion: Conclusion,
  context: HowScored & { readonly warming: boolean; readonly settings: SourceSettings },
  counts: BatchCounts,
  rows: PointRow[],
): void {
  let isSetAside = false;
  observations.forEach((observation, i) => {
    if (observation.metric === undefined || observation.value === undefined) return;
    // What the store had refused was learnt and is not there yet.
    if (observation.standing === 'duplicate' && redriven !== 'not-storable') {
      counts.duplicates += 1;
      return;
    }
    const unscored = observation.standing === 'unwatched';
    if (unscored && context.stateless.overBudget.has(point.source, observation.metric)) {
      counts.overBudget += 1;
      isSetAside = true;
      return;
    }
    const verdict = conclusion.verdicts[i]!;
    const late = observation.standing !== 'current' && !unscored;
    counts.values += 1;
    if (late) counts.late += 1;
    // What nobody was to score is not worse for it.
    const degraded = context.degraded && observation.features !== undefined;
    if (degraded) counts.degraded += 1;
    if (unscored) counts.unscored += 1;
    const alone = unscored ? context.stateless : undefined;
    const row: PointRow = {
      source: point.source,
      metric: observation.metric,
      timestamp: point.timestamp,
      value: observation.value,
      anomalyScore:
        alone?.population?.(observation.metric, observation.value, point.timestamp, context.settings) ??
        verdict.anomalyScore,
      alarmScore: verdict.alarmScore,
      isAnomaly: verdict.isAnomaly,
      late,
      learning: observation.learnt < observation.learningNeeds,
      degraded,
      warming: context.warming,
      revision: 0,
      versions: alone?.versions ?? context.versions,
      stream: position.stream,
      shard: position.shard,
      sequence: position.sequence,
      index: position.index,
    };
    // One after the other: there is a row for every value, and spreading makes an object for each part of one.
    if (observation.expected !== undefined) row.expected = observation.expected;
    if (observation.lower !== undefined) row.lower = observation.lower;
    if (observation.upper !== undefined) row.upper = observation.upper;
    if (unscored) row.unscored = true;
    if (degraded && observation.features !== undefined) row.features = [...observation.features];
    if (degraded && verdict.bar !== undefined) row.bar = verdict.bar;
    rows.push(row);
  });
  if (isSetAside) counts.rejected += 1;
}
