import { type PointStore, STATE_KEPT_MS, type StateFields } from '../../../shared/detection/ports';
import { shardKey, WATCH_FIELD } from '../../../shared/detection/silence/source-watch';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { SourceWork } from '../plan-batch';
import type { CacheWitness, Memory } from './cache-witness';
import { type Case, caseOf, lostCase } from './doubt';
import type { WarmingLimits } from './limits';
import { type MissingRows, missingRows } from './missing-rows';
import { type Engine, replay } from './replay';
import { type Told, toldBefore } from './told';
import { decodeMark, encodeMark, WARMING_FIELD, type WarmingMark } from './warming-mark';

/** The memory of one source as a batch goes on from it. */
export interface Recalled {
  /** As the cache has it: what the commit compares with. */
  readonly loaded: StateFields | undefined;
  readonly fields: StateFields | undefined;
  /** Fields to be committed with the batch, beside what that changes; absent when the cache's memory stands. */
  readonly restored?: StateFields;
  /** Events that the batch tells once more, before its own: they were stored, and perhaps not told. */
  readonly untold?: readonly AnomalyEvent[];
  /** Did its memory come back from stored rows, or was there no time or answer for that? */
  readonly outcome: 'stands' | 'warmed' | 'budget spent';
  /** The store has rows of it from behind the batch: once that is committed, the next one looks whether they were learnt. */
  readonly isOvertaken?: boolean;
}

export interface RecallParts extends Engine {
  readonly store: Pick<PointStore, 'readRecent' | 'readAnomalies'>;
  readonly witness: CacheWitness;
  readonly limits: WarmingLimits;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly problem: (what: string, error: unknown) => void;
}

/** Sources of each kind that a sample looks at, and rows of each. */
const SAMPLE_SOURCES = 16;
const SAMPLE_ROWS = 16;
/** Sources that are read in one call: bounds memory, and how far the time budget is overrun. */
const CHUNK_SOURCES = 16;
/** So many metrics of a source count for the number of its rows that are read. */
const METRICS_MAX = 10;
/** With less than this left no read begins: it would end at the budget, and not by its answer. */
const READ_MS_MIN = 250;
/** So many times more rows are read where the newest are all from behind the batch. */
const FURTHER = 4;
/** Of the time that is left, what filling memories may use. */
const TIME_SHARE = 0.3;
const NOTHING_TOLD: Told = { fields: new Map(), untold: [] };
/** Data points after which the scores of a source count as before. */
export const MARKED_POINTS = 100;

/**
 * Finds the sources whose memory the cache lost, wholly or back to an older copy, and fills it again from stored rows.
 *
 * The usual batch costs nothing: this process saw the states committed that are there. For sources that the cache does not
 * know, and when the process meets a shard for the first time, a sample is compared with the store in one call. Only if that
 * shows a loss, or one is certain, are more sources looked up, within the budget. Never rejects: without answers the batch
 * goes on with what there is.
 *
 * @param states as loaded
 * @param seen what was seen committed before they were
 */
export async function recall(
  works: readonly SourceWork[],
  states: readonly (StateFields | undefined)[],
  seen: readonly (Memory | undefined)[],
  parts: RecallParts,
  timeLeftMs: number,
): Promise<readonly Recalled[]> {
  return recalled(
    works.map((work, i) => caseOf(work, states[i], seen[i], parts.witness)),
    parts,
    timeLeftMs,
  );
}

/** For states that turned out to be unreadable. */
export async function recallUnreadable(
  works: readonly SourceWork[],
  states: readonly (StateFields | undefined)[],
  parts: RecallParts,
  timeLeftMs: number,
): Promise<readonly Recalled[]> {
  const cases = works.map((work, i) => lostCase(work, states[i]));
  const results = await recalled(cases, parts, timeLeftMs);
  // Also where nothing is stored of a source, its state was lost.
  return results.map((result) =>
    result.outcome === 'stands'
      ? remarked(result.loaded, undefined, { left: MARKED_POINTS, isPending: false }, 'stands')
      : result,
  );
}

async function recalled(cases: readonly Case[], parts: RecallParts, timeLeftMs: number): Promise<readonly Recalled[]> {
  const results = new Map<Case, Recalled>();
  const doubtful = cases.filter(({ doubt }) => doubt !== 'none');
  if (doubtful.length > 0 && parts.limits.sources > 0) await new Recall(parts, timeLeftMs, results).run(doubtful);
  return cases.map((one) => results.get(one) ?? standing({ ...one, fallback: one.loaded }));
}

/** Looks sources of one batch up, until all are known or the budget is spent. */
class Recall {
  private readonly deadline: number;
  private readonly readMsMin: number;
  private sourcesLeft: number;
  /** Of the sample, those of which the store has rows from behind the batch. */
  private readonly overtaken = new Set<Case>();
  private hasAnswers = false;
  private isUntold = false;

  constructor(
    private readonly parts: RecallParts,
    timeLeftMs: number,
    private readonly results: Map<Case, Recalled>,
  ) {
    const ms = Math.max(1, Math.min(parts.limits.ms, TIME_SHARE * timeLeftMs));
    this.deadline = parts.clock() + ms;
    this.readMsMin = Math.min(READ_MS_MIN, ms / 2);
    this.sourcesLeft = parts.limits.sources;
  }

  async run(doubtful: readonly Case[]): Promise<void> {
    const { witness, clock, problem } = this.parts;
    const queue = doubtful.filter(({ doubt }) => doubt === 'certain');
    let isAnswered = !witness.isResting(clock());
    try {
      if (isAnswered) await this.lookUp(queue, doubtful);
    } catch (error) {
      isAnswered = false;
      // A store that had answered, until the time was spent, is in order.
      if (!this.hasAnswers || this.msLeft() > 0) {
        problem('warming', error);
        witness.rest(clock());
      }
    }
    // Without an incident a known state is not suspected of being an older copy.
    if (!isAnswered) queue.push(...doubtful.filter(({ doubt }) => doubt === 'unknown' || witness.hasIncident));
    for (const one of queue) if (!this.results.has(one)) this.giveUp(one);
    for (const one of this.overtaken)
      if (!this.results.has(one)) this.results.set(one, { ...standing(one), isOvertaken: true });
  }

  /** Takes from the queue what it finds out. */
  private async lookUp(queue: Case[], doubtful: readonly Case[]): Promise<void> {
    const { witness } = this.parts;
    const others = doubtful.filter(({ doubt }) => doubt !== 'certain');
    queue.push(...(witness.hasIncident ? others : await this.sampled(others)));
    while (queue.length > 0 && this.sourcesLeft > 0 && this.msLeft() >= this.readMsMin) {
      const chunk = queue.slice(0, Math.min(CHUNK_SOURCES, this.sourcesLeft));
      this.sourcesLeft -= chunk.length;
      const isLoss = await this.fill(chunk);
      queue.splice(0, chunk.length);
      if (!isLoss || witness.hasIncident) continue;
      witness.raise();
      queue.push(...others.filter((one) => !queue.includes(one)));
    }
  }

  /** Those to look up: none when a sample misses nothing. */
  private async sampled(others: readonly Case[]): Promise<readonly Case[]> {
    const { witness } = this.parts;
    const shardOf = ({ fresh }: Case) => shardKey(fresh[0]!.position);
    const unknown = others.filter(({ doubt }) => doubt === 'unknown');
    const unproved = others.filter((one) => one.doubt === 'unproved' && !witness.isVerified(shardOf(one)));
    const sample = [...unknown.slice(0, SAMPLE_SOURCES), ...unproved.slice(0, SAMPLE_SOURCES)];
    if (sample.length === 0) return [];
    const found = await this.missing(sample, () => SAMPLE_ROWS);
    for (const shard of new Set(others.map(shardOf))) witness.verified(shard);
    for (const [i, one] of sample.entries()) if (found[i]!.isOvertaken) this.overtaken.add(one);
    // Of an unknown source that has rows from behind the batch, those before it may be beyond the sample.
    const isSuspect = ({ loaded }: Case, { rows, isOvertaken }: MissingRows) =>
      rows.length > 0 || (isOvertaken && loaded === undefined);
    if (!sample.some((one, i) => isSuspect(one, found[i]!))) return [];
    if (!sample.some((one, i) => isLoss(one, found[i]!))) return unknown;
    witness.raise();
    return others;
  }

  /** Fills memories of which rows are missing; says whether that was a loss of the cache. */
  private async fill(chunk: readonly Case[]): Promise<boolean> {
    const { points } = this.parts.limits;
    const limitOf = ({ fresh }: Case) => points * metricsOf(fresh[0]!);
    const newest = await this.missing(chunk, limitOf);
    // Rows from behind the batch may leave no room for those before it.
    const hidden = chunk.filter(
      (_, i) => newest[i]!.isOvertaken && newest[i]!.rows.length === 0 && !newest[i]!.isGapless,
    );
    const further = hidden.length === 0 ? [] : await this.missing(hidden, (one) => FURTHER * limitOf(one));
    const found = chunk.map((one, i) => further[hidden.indexOf(one)] ?? newest[i]!);
    await Promise.all(
      chunk.map(async (one, i) => {
        const { rows, isOvertaken } = found[i]!;
        const result = rows.length > 0 ? await this.warmed(one, found[i]!) : nothingMissing(one, found[i]!);
        this.results.set(one, { ...result, isOvertaken });
      }),
    );
    return chunk.some((one, i) => isLoss(one, found[i]!));
  }

  private async missing(cases: readonly Case[], limitOf: (one: Case) => number): Promise<readonly MissingRows[]> {
    const queries = cases.map((one) => ({
      source: one.work.source,
      // An attempt at this batch that died may have stored its rows.
      limit: limitOf(one) + valuesOf(one),
    }));
    const stored = await this.parts.store.readRecent(queries, Math.max(1, this.msLeft()));
    this.hasAnswers = true;
    return cases.map(({ fresh, base }, i) => missingRows(stored[i]!, fresh, base.checkpoint));
  }

  private async warmed({ work, loaded, base, fallback }: Case, missing: MissingRows): Promise<Recalled> {
    const replayed = replay(work, base, missing.rows, this.parts);
    const isWhole = base.fields !== undefined && missing.isGapless;
    const told = isWhole ? NOTHING_TOLD : await this.told(work, replayed, missing.rows, fallback);
    const left = isWhole ? Math.max(1, markOf(fallback)?.left ?? 0) : MARKED_POINTS;
    // From nothing it can be filled once more, with what was stored meanwhile; an older copy goes on from where it is then.
    const isPending = base.fields === undefined && (missing.isOvertaken || told === undefined);
    const restored = new Map([...replayed, ...(told?.fields ?? []), marked({ left, isPending })]);
    const fields = new Map([...(fallback ?? []), ...restored]);
    return { loaded, fields, restored, untold: told?.untold ?? [], outcome: 'warmed' };
  }

  /** Undefined without an answer: what was told of one source is no reason to leave the others unfilled. */
  private async told(
    work: SourceWork,
    replayed: StateFields,
    rows: MissingRows['rows'],
    fallback: StateFields | undefined,
  ): Promise<Told | undefined> {
    const { store, problem } = this.parts;
    const hasWatch = fallback?.has(WATCH_FIELD) === true;
    const withinMs = Math.max(1, this.msLeft());
    try {
      return await toldBefore(work, replayed, rows, hasWatch, (query) => store.readAnomalies(query, withinMs));
    } catch (error) {
      if (!this.isUntold) problem('warming', error);
      this.isUntold = true;
      return undefined;
    }
  }

  /** Goes on with what there is, and says that it may be little. */
  private giveUp(one: Case): void {
    const { loaded, base, fallback } = one;
    const waits = markOf(fallback)?.isPending === true;
    // Rows can fill a memory from nothing later; the hole in an older copy they cannot, once newer points are learnt.
    const mark = { left: MARKED_POINTS, isPending: base.fields === undefined };
    const outcome = 'budget spent';
    this.results.set(one, waits ? { loaded, fields: fallback, outcome } : remarked(loaded, fallback, mark, outcome));
  }

  private msLeft(): number {
    return this.deadline - this.parts.clock();
  }
}

/** A source that ceased long ago was not lost but forgotten by the cache in its time: that says nothing of other sources. */
function isLoss({ fresh, base }: Case, { rows }: MissingRows): boolean {
  if (base.fields !== undefined) return rows.length > 0;
  const since = fresh[0]!.point.timestamp - STATE_KEPT_MS;
  return rows.some(({ timestamp }) => timestamp > since);
}

function nothingMissing(one: Case, { isOvertaken }: MissingRows): Recalled {
  const { loaded, base, fallback } = one;
  if (fallback === base.fields || isOvertaken) return standing(one);
  // The mark that waited for this look is taken back: there was nothing to lose.
  return remarked(loaded, fallback, { left: 0, isPending: false }, 'stands');
}

function standing({ loaded, fallback }: Case): Recalled {
  return { loaded, fields: fallback, outcome: 'stands' };
}

function remarked(
  loaded: StateFields | undefined,
  fallback: StateFields | undefined,
  mark: WarmingMark,
  outcome: Recalled['outcome'],
): Recalled {
  const restored = new Map([marked(mark)]);
  return { loaded, fields: new Map([...(fallback ?? []), ...restored]), restored, outcome };
}

function markOf(fields: StateFields | undefined): WarmingMark | undefined {
  return decodeMark(fields?.get(WARMING_FIELD));
}

function marked(mark: WarmingMark): readonly [string, Uint8Array] {
  return [WARMING_FIELD, encodeMark(mark)];
}

function metricsOf({ point }: Case['fresh'][number]): number {
  return Math.max(1, Math.min(METRICS_MAX, Object.keys(point.metrics).length));
}

function valuesOf({ fresh }: Case): number {
  return fresh.reduce((sum, { point }) => sum + Object.keys(point.metrics).length, 0);
}
