import { FEATURE_SCHEMA_VERSION, type FeatureVector, type ModelScore } from '../../shared/detection/model';
import {
  ModelMismatch,
  ModelPaused,
  type RefusedRow,
  RowsRefused,
  type StateCommit,
  TransientFault,
} from '../../shared/detection/ports';
import type { PointRow, QuarantineObject } from '../../shared/domain/rows';
import type { Outcome, StreamRecord, TimeLeft } from '../../shared/runtime/kinesis';
import { redrivenOf } from '../../shared/runtime/redriven-record';
import { admitted, type Stateless, unscoredRows } from './budget';
import { type BatchPlan, planBatch, type SourceWork, withOneBody } from './plan-batch';
import { addCounts, type BatchCounts, type Services, type Stage, zeroCounts } from './services';
import { lastOfShards, reportProgress } from './shard-progress';
import {
  advanceSource,
  closeSource,
  commitOf,
  concludeSource,
  filingsOf,
  type SourcePass,
  stateBytesOf,
  UnreadableState,
  vectorsOf,
} from './source-pass';
import { NONE_OVER_BUDGET, type OverBudget, overBudgetObjects, overBudgetOf, type WithoutMemory } from './strangers';
import { type Settled, tellTraining } from './tell-training';
import { type Recalled, type RecallParts, recall, recallUnreadable } from './warming/recall';

/**
 * Detects anomalies in one batch of a shard, effectively once.
 *
 * States are loaded, advanced by what their checkpoints do not cover, and committed by compare-and-set only after rows are
 * stored and events published: whatever fails or dies before, the next delivery computes the same again, and what was
 * written twice has the same identity. A source is committed whole for the batch or not at all, so a failed point holds back
 * what follows it.
 *
 * @param timeLeftMs until this invocation is ended from outside
 * @returns an outcome for each record, in order; never rejects for what records hold
 */
export async function detectAnomalies(
  records: readonly StreamRecord[],
  services: Services,
  timeLeftMs: TimeLeft = () => Number.POSITIVE_INFINITY,
): Promise<Outcome[]> {
  const batch = new Batch(records, services, timeLeftMs);
  services.observe.began(records);
  const plan = batch.timed('plan', () => planBatch(records, services.settings));
  batch.counts.records = records.length;
  batch.counts.rejected = plan.quarantined.length;
  await batch.quarantine(plan);
  const lost = await batch.attempt(plan.sources);
  if (lost.length > 0) {
    // Someone else committed these meanwhile: what the new checkpoint covers is done, the rest is computed once more.
    batch.counts.recomputed += lost.length;
    const lostAgain = await batch.attempt(lost);
    for (const work of lostAgain)
      batch.fail(work.records, new Error('another invocation keeps committing this source'));
  }
  await batch.reportProgress();
  await batch.tellTraining();
  return batch.close();
}

/** Of the time left, what scoring may use; the rest is for storing, publishing and committing. */
const SCORING_SHARE = 0.5;

/** The running state of one call of {@link detectAnomalies}. */
class Batch {
  readonly counts: BatchCounts = zeroCounts();
  private readonly outcomes: Outcome[];
  private readonly stateBytes = { max: 0, sum: 0, sources: 0 };
  /** What training may be told of. */
  private readonly settled: Settled[] = [];

  constructor(
    private readonly records: readonly StreamRecord[],
    private readonly services: Services,
    private readonly timeLeftMs: TimeLeft,
  ) {
    this.outcomes = records.map(() => ({ done: true }));
  }

  /** One pass over some sources. Returns those whose commit lost the comparison; faults are recorded as outcomes. */
  async attempt(sources: readonly SourceWork[]): Promise<readonly SourceWork[]> {
    if (sources.length === 0) return [];
    try {
      const { passes, outside } = await this.passes(sources);
      if (passes.length === 0 && outside.length === 0) return [];
      const overBudget = await this.overBudget({ passes, outside });
      const stateless = this.stateless(overBudget);
      const unscored = unscoredRows(outside, stateless);
      const emitted = await this.emit(passes, unscored.rows, stateless);
      const lost = await this.commit(passes, emitted);
      addCounts(this.counts, unscored.counts);
      return lost;
    } catch (error) {
      this.services.observe.problem('batch', error);
      for (const work of sources) this.fail(work.records, error);
      return [];
    }
  }

  async quarantine(plan: BatchPlan): Promise<void> {
    if (plan.quarantined.length === 0) return;
    try {
      await this.services.quarantine.put(plan.quarantined.map(({ object }) => object));
    } catch (error) {
      this.services.observe.problem('quarantine', error);
      this.fail(
        plan.quarantined.map(({ record }) => record),
        error,
      );
    }
  }

  /** Tells how far the shard was taken; only after the commits, so that nobody is missed whose points still wait. */
  async reportProgress(): Promise<void> {
    try {
      await this.timed('file', () => reportProgress(this.records, this.outcomes, this.services.silence));
    } catch (error) {
      this.services.observe.problem('silence', error);
      // The last record of each comes back, to no effect but this: a shard that grew quiet just now would seem to lag for ever.
      if (error instanceof TransientFault) this.fail(lastOfShards(this.records), error);
    }
  }

  /** After the commits, so that nothing waits for it, and what is done again is told once. Never fails the batch. */
  async tellTraining(): Promise<void> {
    if (this.settled.length > 0) await tellTraining(this.settled, this.services, this.timeLeftMs());
  }

  fail(records: Iterable<number>, cause: unknown): void {
    for (const record of records) this.outcomes[record] = { done: false, cause };
  }

  close(): Outcome[] {
    this.counts.failedRecords = this.outcomes.filter(({ done }) => !done).length;
    const arrivals = this.records.filter((_, i) => this.outcomes[i]!.done).map(({ arrival }) => arrival);
    const oldest = arrivals.length === 0 ? {} : { oldestArrival: Math.min(...arrivals) };
    this.services.observe.batch(this.counts, { ...oldest, stateBytes: this.stateBytes });
    return this.outcomes;
  }

  timed<T>(stage: Stage, work: () => T): T {
    const { clock, stage: report } = this.services.observe;
    const start = clock();
    const result = work();
    if (!(result instanceof Promise)) {
      report(stage, clock() - start);
      return result;
    }
    return result.then(
      (value) => {
        report(stage, clock() - start);
        return value;
      },
      (error: unknown) => {
        report(stage, clock() - start, error);
        throw error;
      },
    ) as T;
  }

  /**
   * Sources with something new, their memories loaded, filled again where the cache lost them, and stage 1 done; beside them
   * those that have no place for a memory.
   */
  private async passes(
    works: readonly SourceWork[],
  ): Promise<{ readonly passes: readonly SourcePass[]; readonly outside: readonly SourceWork[] }> {
    const { sources, states, seen, outside } = await this.loaded(works);
    if (sources.length === 0) return { passes: [], outside };
    const parts = this.recallParts();
    const recalled = await this.timed('warm', () => recall(sources, states, seen, parts, this.timeLeftMs()));
    const { passes, unreadable } = this.timed('advance', () => this.advance(sources, recalled));
    if (unreadable.length === 0) return { passes, outside };
    // Such a state must not block its shard for ever: the source is warmed, or learns anew, and says so.
    const broken = unreadable.map((at) => sources[at]!);
    const loaded = unreadable.map((at) => states[at]);
    const again = await this.timed('warm', () => recallUnreadable(broken, loaded, parts, this.timeLeftMs()));
    const anew = this.timed('advance', () => this.advance(broken, again));
    // Not even a new memory can be opened: a defect, and no point of it may count as done.
    for (const at of anew.unreadable) this.failed(broken[at]!, new UnreadableState('a new memory is unreadable too'));
    for (const { counts } of anew.passes) counts.stateLost += 1;
    return { passes: [...passes, ...anew.passes], outside };
  }

  /** Memories of those that may have one, and what was seen committed of each. */
  private async loaded(works: readonly SourceWork[]) {
    const { cache, warming, places } = this.services;
    const names = works.map(({ source }) => source);
    // Before they are loaded: what others commit in between must not look lost.
    const seen = warming.witness.seen(names);
    return this.timed('load', async () => {
      const states = await cache.load(names);
      const { inside, insideAt, outside } = await admitted(works, states, seen, places);
      return {
        sources: inside,
        states: insideAt.map((at) => states[at]),
        seen: insideAt.map((at) => seen[at]),
        outside,
      };
    });
  }

  /** Series without a memory that the store has no room for: their points are in quarantine when this resolves. */
  private async overBudget(values: WithoutMemory): Promise<OverBudget> {
    const { strangers, quarantine } = this.services;
    if (strangers === undefined) return NONE_OVER_BUDGET;
    const overBudget = await this.timed('load', () => overBudgetOf(values, strangers));
    const objects = overBudgetObjects(this.records, values, overBudget);
    if (objects.length > 0) await quarantine.put(objects);
    return overBudget;
  }

  /** What judges values that have no memory, and which are stored. */
  private stateless(overBudget: OverBudget): Stateless {
    const { builtIn, population, settings } = this.services;
    const versions = { model: builtIn.version, settings: settings.version, schema: FEATURE_SCHEMA_VERSION };
    return { population, versions, overBudget };
  }

  private recallParts(): RecallParts {
    const { store, openDetector, builtIn, warming, observe } = this.services;
    return { ...warming, store, openDetector, builtIn, clock: observe.clock, problem: observe.problem };
  }

  /** A source whose point breaks the engine fails alone; the others go on. Those whose state cannot be read are named. */
  private advance(sources: readonly SourceWork[], recalled: readonly Recalled[]) {
    const passes: SourcePass[] = [];
    const unreadable: number[] = [];
    sources.forEach((work, i) => {
      try {
        const pass = advanceSource(work, recalled[i]!, this.services.openDetector);
        if (pass.advanced.length > 0) passes.push(pass);
        else addCounts(this.counts, pass.counts);
      } catch (error) {
        if (error instanceof UnreadableState) unreadable.push(i);
        else this.failed(work, error);
      }
    });
    return { passes, unreadable };
  }

  private failed(work: SourceWork, error: unknown): void {
    this.services.observe.problem('engine', error);
    this.fail(work.records, error);
  }

  /** Scores, concludes, stores, publishes: everything that must have happened before states may move. */
  private async emit(
    passes: readonly SourcePass[],
    unscored: readonly PointRow[],
    stateless: Stateless,
  ): Promise<readonly Settled[]> {
    const vectors = passes.map(vectorsOf);
    const scored = await this.score(vectors.flat());
    const { degraded } = scored;
    const versions = {
      model: scored.model,
      settings: this.services.settings.version,
      schema: FEATURE_SCHEMA_VERSION,
    };
    const results = this.timed('conclude', () => {
      let at = 0;
      return passes.map((pass, i) => {
        const scores = scored.scores.slice(at, at + vectors[i]!.length);
        at += scores.length;
        return concludeSource(pass, scores, { versions, degraded, stateless });
      });
    });
    const placed = results.flatMap((result) => result.events);
    const events = placed.map(({ event }) => event);
    const rows = [...results.flatMap((result) => result.rows), ...unscored];
    await this.timed('store', async () => {
      // Events first: whoever sees a row can see what was told of it, and re-scoring relies on that.
      if (events.length > 0) await this.keepingOut(() => this.services.store.writeAnomalies(events));
      if (rows.length > 0) await this.keepingOut(() => this.services.store.writePoints(rows));
    });
    if (events.length > 0) {
      await this.timed('publish', () => this.services.topic.publish(events));
      this.services.observe.published(placed);
    }
    await this.file(passes);
    return passes.map((pass, i) => ({ pass, verdicts: results[i]!.verdicts, ...scored }));
  }

  /**
   * Before the commit, which says where a source is filed: a crash between them files again. A fault for now fails the batch as
   * the cache's would, which is the same server; a defect of the watch must not stop the points.
   */
  private async file(passes: readonly SourcePass[]): Promise<void> {
    const filings = passes.flatMap(filingsOf);
    if (filings.length === 0) return;
    try {
      await this.timed('file', () => this.services.silence.file(filings));
    } catch (error) {
      if (error instanceof TransientFault) throw error;
      this.services.observe.problem('silence', error);
    }
  }

  /** Rows that the store can never keep go to quarantine, and the stream goes on; all others are durable then. */
  private async keepingOut(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof RowsRefused)) throw error;
      this.services.observe.problem('store', error);
      const objects = this.refusedObjects(error.refused);
      this.counts.rejected += objects.length;
      if (objects.length > 0) await this.services.quarantine.put(objects);
    }
  }

  /** One for each point. An event is refused for what its point is refused for, and the point's record says all. */
  private refusedObjects(refused: readonly RefusedRow[]): readonly QuarantineObject[] {
    const objects = new Map<string, QuarantineObject>();
    const objectOf = withOneBody();
    for (const { row, reason: message } of refused) {
      if (!('sequence' in row)) continue;
      const { shard, sequence, index, metric } = row;
      const at = JSON.stringify([shard, sequence, index]);
      const record = this.records.find((one) => one.shard === shard && one.sequence === sequence);
      if (record === undefined || objects.has(at)) continue;
      const rejection = { reason: 'not-storable', field: `metrics.${metric}`, index, message } as const;
      objects.set(at, objectOf(record, rejection, redrivenOf(record.body)?.redriven.attempt));
    }
    return [...objects.values()];
  }

  private async score(
    vectors: readonly FeatureVector[],
  ): Promise<{ scores: readonly ModelScore[]; model: string; degraded: boolean }> {
    const { scorer, builtIn, observe } = this.services;
    if (vectors.length === 0) return { scores: [], model: builtIn.version, degraded: false };
    try {
      const answer = await this.timed('score', () => scorer.score(vectors, SCORING_SHARE * this.timeLeftMs()));
      return { ...answer, degraded: false };
    } catch (error) {
      const isMismatch = error instanceof ModelMismatch;
      if (isMismatch) this.counts.modelMismatches += 1;
      // That nobody is asked for a while was told when it began.
      if (!(error instanceof ModelPaused)) observe.problem(isMismatch ? 'model mismatch' : 'score', error);
      return { scores: vectors.map((vector) => builtIn.score(vector)), model: builtIn.version, degraded: true };
    }
  }

  private async commit(passes: readonly SourcePass[], emitted: readonly Settled[]): Promise<readonly SourceWork[]> {
    const commits = passes.map(commitOf);
    passes.forEach(closeSource);
    const committed = await this.timed('commit', () => this.services.cache.commit(commits));
    const lost: SourceWork[] = [];
    passes.forEach((pass, i) => {
      if (committed[i] === true) {
        this.committed(pass, commits[i]!);
        this.settled.push(emitted[i]!);
      } else lost.push(pass.work);
    });
    return lost;
  }

  private committed(pass: SourcePass, commit: StateCommit): void {
    const { work, advanced, counts, recalled, checkpoint } = pass;
    addCounts(this.counts, counts);
    const bytes = stateBytesOf(pass, commit);
    this.stateBytes.max = Math.max(this.stateBytes.max, bytes);
    this.stateBytes.sum += bytes;
    this.stateBytes.sources += 1;
    const { observe, warming } = this.services;
    warming.witness.committed(work.source, checkpoint.encode(), recalled.isOvertaken);
    if (observe.observed) for (const { observations } of advanced) observe.observed(work.source, observations);
  }
}
