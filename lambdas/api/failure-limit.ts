/** Counts callers that fail to say who they are. */
export interface FailureLimit {
  /** Has this caller, or have all together, failed so often of late that they are to wait? */
  isReached(from: string): boolean;
  failed(from: string): void;
}

export interface FailureLimitOptions {
  readonly now: () => number;
  readonly windowMs?: number;
  readonly eachMax?: number;
  /** Of all callers together. */
  readonly allMax?: number;
}

const CALLERS_MAX = 10_000;

/** Counts failures in windows of time, in this process alone: several instances of a function allow as much each. */
export function openFailureLimit({
  now,
  windowMs = 60_000,
  eachMax = 20,
  allMax = 1_000,
}: FailureLimitOptions): FailureLimit {
  let until = 0;
  let all = 0;
  const each = new Map<string, number>();
  const renew = () => {
    if (now() < until) return;
    until = now() + windowMs;
    all = 0;
    each.clear();
  };
  return {
    isReached(from) {
      renew();
      return all >= allMax || (each.get(from) ?? 0) >= eachMax;
    },
    failed(from) {
      renew();
      all++;
      if (each.size < CALLERS_MAX || each.has(from)) each.set(from, (each.get(from) ?? 0) + 1);
    },
  };
}
