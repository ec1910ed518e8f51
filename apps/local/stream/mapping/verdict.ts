/** What an invocation says about its batch. */
export type Verdict =
  | { readonly kind: 'success' }
  /** Records before `failedFrom` (an index in the batch) are done; the rest must be delivered again. */
  | { readonly kind: 'partial'; readonly failedFrom: number }
  | { readonly kind: 'failure'; readonly reason: string };

const SUCCESS: Verdict = { kind: 'success' };

/**
 * A handler's answer by the rules of ReportBatchItemFailures: nothing, an empty object and a null or empty list are success;
 * otherwise the lowest failed sequence number counts. An identifier that is missing, empty or not of this batch says that the
 * answer cannot be trusted: the whole batch failed.
 *
 * @param reports is ReportBatchItemFailures on? If not, every answer is a success
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function judgeResponse(response: unknown, sequences: readonly string[], reports: boolean): Verdict {
  if (!reports || response === null || response === undefined) return SUCCESS;
  if (typeof response !== 'object') return failure('the answer is not a batch response');
  const { batchItemFailures: failures } = response as { batchItemFailures?: unknown };
  if (failures === null || failures === undefined) return SUCCESS;
  if (!Array.isArray(failures)) return failure('batchItemFailures is not a list');
  if (failures.length === 0) return SUCCESS;
  const indexOf = new Map(sequences.map((sequence, index) => [sequence, index]));
  let failedFrom = sequences.length;
  for (const item of failures as unknown[]) {
    const identifier = (item as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    if (typeof identifier !== 'string' || identifier === '') return failure('an itemIdentifier is missing or empty');
    const index = indexOf.get(identifier);
    if (index === undefined) return failure(`itemIdentifier ${identifier.slice(0, 64)} is not of this batch`);
    failedFrom = Math.min(failedFrom, index);
  }
  return { kind: 'partial', failedFrom };
}

function failure(reason: string): Verdict {
  return { kind: 'failure', reason };
}
