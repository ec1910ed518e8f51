import type { RejectionReason } from '../domain/data-point';
import type { DecodedRecord } from '../domain/wire';

/** Rejected elements that an answer names; the rest is counted. */
export const REJECTED_NAMED_MAX = 100;

/** What a client is told about its points. */
export interface Answer {
  readonly status: number;
  readonly body: {
    readonly accepted: number;
    /** The first ones, in order. */
    readonly rejected: readonly {
      readonly index: number;
      readonly field?: string;
      readonly reason: RejectionReason;
      readonly message: string;
    }[];
    /** All of them. */
    readonly rejectedCount: number;
  };
}

/** The answer for a decoded body: 202 when any point is usable or nothing is wrong, else what its first rejection asks for. */
export function answerFor({ points, rejections }: DecodedRecord): Answer {
  const [first] = rejections;
  return {
    status: points.length > 0 || first === undefined ? 202 : refusalStatus(first.reason),
    body: {
      accepted: points.length,
      rejected: rejections.slice(0, REJECTED_NAMED_MAX).map(({ index, field, reason, message }) => ({
        index,
        ...(field === undefined ? {} : { field }),
        reason,
        message,
      })),
      rejectedCount: rejections.length,
    },
  };
}

export function refusalStatus(reason: RejectionReason): number {
  return reason === 'too-large' || reason === 'too-many-points' ? 413 : 400;
}
