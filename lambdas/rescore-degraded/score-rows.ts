import { FEATURES, type FeatureVector, type ModelScore } from '../../shared/detection/model';
import { ModelMismatch, type ScoredBatch, TransientFault } from '../../shared/detection/ports';
import type { DegradedRow } from './amend';
import type { Ended } from './services';

/** What the model made of some rows. */
export interface ScoredRows {
  readonly scored: readonly ScoredRow[];
  /** Their vectors it will never score, though it scores others. */
  readonly refused: readonly DegradedRow[];
  /** For their vectors alone there was no answer for now. */
  readonly unanswered: readonly DegradedRow[];
  /** Why not all were asked for; absent when all were. */
  readonly ended?: Ended;
}

export interface ScoredRow {
  readonly row: DegradedRow;
  readonly score: ModelScore;
  readonly model: string;
}

export interface Asking {
  readonly score: (vectors: readonly FeatureVector[]) => Promise<ScoredBatch>;
  readonly hasTime: () => boolean;
  readonly problem: (what: string, error: unknown) => void;
}

/** A vector of nothing strange: who does not score it scores nothing. */
const NEUTRAL: FeatureVector = FEATURES.map(() => 0);
/** With more vectors than this that it does not score, it is the model that is at fault; also bounds the calls. */
const FAILED_MAX = 20;

/**
 * Scores rows in one call. If that fails while the model scores others, the rows at fault are found by halving: one vector must
 * not keep all others from being scored. A vector counts as refused only between two answers to another one.
 * Calls: 1, with a fault about 2 + 2 log₂(rows) for each row at fault. Never rejects.
 */
export async function scoreRows(rows: readonly DegradedRow[], asking: Asking): Promise<ScoredRows> {
  const search = new Search(asking);
  const ended = await search.run(rows);
  const { scored, refused, unanswered } = search;
  return { scored, refused, unanswered, ...(ended === undefined ? {} : { ended }) };
}

class Search {
  readonly scored: ScoredRow[] = [];
  readonly refused: DegradedRow[] = [];
  readonly unanswered: DegradedRow[] = [];

  constructor(private readonly asking: Asking) {}

  async run(rows: readonly DegradedRow[]): Promise<Ended | undefined> {
    const error = await this.ask(rows);
    if (error === undefined) return undefined;
    this.asking.problem(error instanceof ModelMismatch ? 'model mismatch' : 'score', error);
    if (!(await this.scoresOthers())) return endedBy(error);
    return this.halve(rows, error);
  }

  /** For rows that failed together. */
  private async halve(rows: readonly DegradedRow[], error: unknown): Promise<Ended | undefined> {
    if (rows.length === 1) return this.failed(rows[0]!, error);
    const middle = Math.ceil(rows.length / 2);
    for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
      if (!this.asking.hasTime()) return 'time-budget';
      const halfError = await this.ask(half);
      const ended = halfError === undefined ? undefined : await this.halve(half, halfError);
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  private async failed(row: DegradedRow, error: unknown): Promise<Ended | undefined> {
    // It may have gone away, or be another model, since it was asked.
    if (!(await this.scoresOthers())) return endedBy(error);
    const isForNow = error instanceof TransientFault;
    (isForNow ? this.unanswered : this.refused).push(row);
    this.asking.problem(isForNow ? 'a vector was not answered' : 'a vector is refused', error);
    return this.refused.length + this.unanswered.length >= FAILED_MAX ? endedBy(error) : undefined;
  }

  /** The error, if there is one. */
  private async ask(rows: readonly DegradedRow[]): Promise<unknown> {
    try {
      const { scores, model } = await this.asking.score(rows.map(({ features }) => features));
      rows.forEach((row, i) => {
        this.scored.push({ row, score: scores[i]!, model });
      });
      return undefined;
    } catch (error) {
      return error ?? new Error('no error');
    }
  }

  private async scoresOthers(): Promise<boolean> {
    return this.asking.score([NEUTRAL]).then(
      () => true,
      () => false,
    );
  }
}

function endedBy(error: unknown): Ended {
  return error instanceof ModelMismatch ? 'model-mismatch' : 'model-away';
}
