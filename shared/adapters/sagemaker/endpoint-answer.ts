import { FEATURE_SCHEMA_VERSION, type ModelScore } from '../../detection/model';
import { ModelMismatch, type ScoredBatch } from '../../detection/ports';
import { decodeAttributes } from './custom-attributes';
import { decodeRows, MalformedRows } from './number-rows';

/** The endpoint answered, but not what was asked: another schema, another number of rows, something that is no score. */
export class EndpointMismatch extends ModelMismatch {
  override readonly name = 'EndpointMismatch';
  constructor(
    readonly endpoint: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`endpoint ${endpoint}: ${reason}`, options);
  }
}

export interface Answer {
  readonly ContentType?: string | undefined;
  readonly CustomAttributes?: string | undefined;
  readonly Body?: Uint8Array | undefined;
}

/** Columns of an answer. */
export const SCORE_COLUMNS = ['anomaly', 'alarm'] as const;

/**
 * Scores of a call's answer.
 *
 * @throws {EndpointMismatch} unless it has the schema of these vectors and one pair of scores in [0, 1] for each row
 */
export function readAnswer(endpoint: string, answer: Answer, rows: number): ScoredBatch {
  const { schema, model } = decodeAttributes(answer.CustomAttributes);
  const mismatch = (reason: string, options?: ErrorOptions) => new EndpointMismatch(endpoint, reason, options);
  if (schema !== FEATURE_SCHEMA_VERSION) {
    throw mismatch(`understands feature schema ${schema ?? 'unknown'}; vectors have schema ${FEATURE_SCHEMA_VERSION}`);
  }
  if (model === undefined) throw mismatch('does not say which model answered');
  const type = answer.ContentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'text/csv') throw mismatch(`answered ${type ?? 'without a content type'} instead of text/csv`);
  let scores: ModelScore[];
  try {
    scores = decodeRows(answer.Body ?? new Uint8Array(0), SCORE_COLUMNS).map(([anomaly, alarm]) => ({
      anomaly: anomaly!,
      alarm: alarm!,
    }));
  } catch (cause) {
    if (cause instanceof MalformedRows) throw mismatch(`the answer cannot be read: ${cause.message}`, { cause });
    throw cause;
  }
  if (scores.length !== rows) throw mismatch(`answered ${scores.length} rows to ${rows}`);
  const outside = scores.findIndex(({ anomaly, alarm }) => !isScore(anomaly) || !isScore(alarm));
  if (outside >= 0) throw mismatch(`row ${outside + 1} of the answer is not between 0 and 1`);
  return { scores, model };
}

function isScore(value: number): boolean {
  return value >= 0 && value <= 1;
}
