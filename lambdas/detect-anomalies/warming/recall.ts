import type { PointStore, StateFields } from '../../../shared/detection/ports';
import { shardKey, WATCH_FIELD } from '../../../shared/detection/silence/source-watch';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { SourceWork } from '../plan-batch';
import type { CacheWitness } from './cache-witness';
import { type Case, caseOf, lostCase } from './doubt';
import type { WarmingLimits } from './limits';
import { type MissingRows, missingRows } from './missing-rows';
import { type Engine, replay } from './replay';
import { toldBefore } from './told';
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
/** A source that says nothing for longer may be forgotten by the cache. */
const FORGOTTEN_MS = 86_400_000;
/** Of the time that is left, what filling memories may use. */
const TIME_SHARE = 0.3;
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
  seen: readonly (Uint8Array | undefined)[],
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
  return cases.map((one) => results.get(one) ?? { loaded: one.loaded, fields: one.loaded, outcome: 'stands' });
}

/** Looks sources of one batch up, until all are known or the budget is spent. */
class Recall {
  private readonly deadline: number;
  private sourcesLeft: number;

  constructor(
    private readonly parts: RecallParts,
    timeLeftMs: number,
    private readonly results: Map<Case, Recalled>,
  ) {
    this.deadline = parts.clock() + Math.min(parts.limits.ms, TIME_SHARE * timeLeftMs);
    this.sourcesLeft = parts.limits.sources;
  }

  async run(doubtful: readonly Case[]): Promise<void> {
    const { witness, clock, problem } = this.parts;
    const queue = doubtful.filter(({ doubt }) => doubt === 'certain');
    let isAnswered = !witness.isResting(clock());
    try {
      if (isAnswered) await this.lookUp(queue, doubtful);
    } catch (error) {
      problem('warming', error);
      witness.rest(clock());
      isAnswered = false;
    }
    if (!isAnswered) queue.push(...doubtful.filter(({ doubt }) => doubt === 'unknown'));
    for (const one of queue) if (!this.results.has(one)) this.giveUp(one);
  }

  /** Takes from the queue what it finds out. */
  private async lookUp(queue: Case[], doubtful: readonly Case[]): Promise<void> {
    const { witness } = this.parts;
    const others = doubtful.filter(({ doubt }) => doubt !== 'certain');
    queue.push(...(witness.hasIncident ? others : await this.sampled(others)));
    while (queue.length > 0 && this.sourcesLeft > 0 && this.msLeft() > 0) {
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
    if (found.every(({ rows }) => rows.length === 0)) return [];
    if (!sample.some((one, i) => isLoss(one, found[i]!))) return unknown;
    witness.raise();
    return others;
  }

  /** Fills memories of which rows are missing; says whether that was a loss of the cache. */
  private async fill(chunk: readonly Case[]): Promise<boolean> {
    const { points } = this.parts.limits;
    const found = await this.missing(chunk, ({ fresh }) => points * metricsOf(fresh[0]!));
    await Promise.all(
      chunk.map(async (one, i) => {
        const isFound = found[i]!.rows.length > 0;
        this.results.set(one, isFound ? await this.warmed(one, found[i]!) : this.nothingMissing(one));
      }),
    );
    return chunk.some((one, i) => isLoss(one, found[i]!));
  }

  private async missing(cases: readonly Case[], limitOf: (one: Case) => number): Promise<readonly MissingRows[]> {
    const queries = cases.map((one) => ({
      source: one.work.source,
      to: Math.max(...one.fresh.map(({ point }) => point.timestamp)) + 1,
      // An attempt at this batch that died may have stored its rows.
      limit: limitOf(one) + valuesOf(one),
    }));
    const stored = await this.parts.store.readRecent(queries, Math.max(1, this.msLeft()));
    return cases.map(({ fresh, base }, i) => missingRows(stored[i]!, fresh, base.checkpoint));
  }

  private async warmed({ work, loaded, base, fallback }: Case, { rows, isGapless }: MissingRows): Promise<Recalled> {
    const { store } = this.parts;
    const replayed = replay(work, base, rows, this.parts);
    const isWhole = base.fields !== undefined && isGapless;
    const told = isWhole
      ? undefined
      : await toldBefore(work, replayed, rows, fallback?.has(WATCH_FIELD) === true, store);
    const mark = marked({ left: isWhole ? 1 : MARKED_POINTS, isPending: false });
    const restored = new Map([...replayed, ...(told?.fields ?? []), mark]);
    const fields = new Map([...(fallback ?? []), ...restored]);
    return { loaded, fields, restored, untold: told?.untold ?? [], outcome: 'warmed' };
  }

  private nothingMissing({ loaded, base, fallback }: Case): Recalled {
    if (fallback === base.fields) return { loaded, fields: fallback, outcome: 'stands' };
    // The mark that waited for this look is taken back: there was nothing to lose.
    return remarked(loaded, fallback, { left: 0, isPending: false }, 'stands');
  }

  /** Goes on with what there is, and says that it may be little. */
  private giveUp(one: Case): void {
    const { loaded, base, fallback, doubt } = one;
    // Whether a known state is an older copy nobody can say.
    if (doubt === 'unproved') return;
    const waits = decodeMark(fallback?.get(WARMING_FIELD))?.isPending === true;
    // Rows can fill a memory from nothing later; the hole in an older copy they cannot, once newer points are learnt.
    const mark = { left: MARKED_POINTS, isPending: base.fields === undefined };
    const outcome = 'budget spent';
    this.results.set(one, waits ? { loaded, fields: fallback, outcome } : remarked(loaded, fallback, mark, outcome));
  }

  private msLeft(): number {
    return this.deadline - this.parts.clock();
  }
}

/** What ceased long ago was not lost but forgotten by the cache in its time: that says nothing of other sources. */
function isLoss({ fresh }: Case, { rows }: MissingRows): boolean {
  const since = fresh[0]!.point.timestamp - FORGOTTEN_MS;
  return rows.some(({ timestamp }) => timestamp > since);
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

function marked(mark: WarmingMark): readonly [string, Uint8Array] {
  return [WARMING_FIELD, encodeMark(mark)];
}

function metricsOf({ point }: Case['fresh'][number]): number {
  return Math.max(1, Math.min(METRICS_MAX, Object.keys(point.metrics).length));
}

function valuesOf({ fresh }: Case): number {
  return fresh.reduce((sum, { point }) => sum + Object.keys(point.metrics).length, 0);
}
