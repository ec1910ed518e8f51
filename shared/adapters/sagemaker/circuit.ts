/**
 * A circuit breaker as a state machine without a clock of its own: whoever fails again and again is left alone for a while,
 * then one call finds out whether it works again.
 *
 * @see Nygard, "Release It!", 2nd ed. 2018, ch. 5 (Circuit Breaker)
 */
export type Circuit =
  /** Calls go through; newest outcome last, true for a failure. */
  | { readonly state: 'closed'; readonly recent: readonly boolean[] }
  /** Nobody is let through until then. `pauseMs` is this pause without its jitter. */
  | { readonly state: 'open'; readonly until: number; readonly pauseMs: number }
  /** One call, the probe, is under way. If nothing is heard of it until then, another may try. */
  | { readonly state: 'half-open'; readonly until: number; readonly pauseMs: number };

export interface CircuitSettings {
  /** So many failures one after the other open the circuit … */
  readonly failuresInRow: number;
  /** … and so does this share of failures among the last `windowCalls`, once there were as many. */
  readonly failureShare: number;
  /** At least `failuresInRow`. */
  readonly windowCalls: number;
  /** The first pause; each failed probe doubles it, up to the longest. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
  /** How long a probe may take. */
  readonly probeMs: number;
}

export const CIRCUIT_DEFAULTS: CircuitSettings = {
  failuresInRow: 3,
  failureShare: 0.5,
  windowCalls: 20,
  pauseMs: 1_000,
  pauseMsMax: 30_000,
  probeMs: 2_000,
};

export const CLOSED: Circuit = { state: 'closed', recent: [] };

/** How a call may pass. */
export type Pass = 'call' | 'probe';

/** May a call pass now? Times are in milliseconds of any clock that does not go back. */
export function admit(
  circuit: Circuit,
  now: number,
  { probeMs }: CircuitSettings,
): { readonly pass: Pass | undefined; readonly circuit: Circuit } {
  if (circuit.state === 'closed') return { pass: 'call', circuit };
  if (now < circuit.until) return { pass: undefined, circuit };
  return { pass: 'probe', circuit: { state: 'half-open', until: now + probeMs, pauseMs: circuit.pauseMs } };
}

/**
 * The circuit after a call that passed has ended.
 *
 * @param jitter in [0, 1): spreads the end of pauses over their second half, so that callers do not come back together
 */
export function settle(
  circuit: Circuit,
  pass: Pass,
  failed: boolean,
  now: number,
  jitter: number,
  settings: CircuitSettings,
): Circuit {
  switch (circuit.state) {
    case 'closed': {
      const recent = [...circuit.recent, failed].slice(-settings.windowCalls);
      return isFailing(recent, settings) ? opened(settings.pauseMs, now, jitter) : { state: 'closed', recent };
    }
    case 'half-open':
      // Calls from before the pause say nothing about now.
      if (pass === 'call') return circuit;
      return failed ? opened(Math.min(2 * circuit.pauseMs, settings.pauseMsMax), now, jitter) : CLOSED;
    case 'open':
      return circuit;
  }
}

function isFailing(recent: readonly boolean[], { failuresInRow, failureShare, windowCalls }: CircuitSettings): boolean {
  if (recent.at(-1) !== true) return false;
  if (recent.length >= failuresInRow && recent.slice(-failuresInRow).every((failed) => failed)) return true;
  const failures = recent.filter((failed) => failed).length;
  return recent.length >= windowCalls && failures >= failureShare * windowCalls;
}

function opened(pauseMs: number, now: number, jitter: number): Circuit {
  return { state: 'open', until: now + (pauseMs * (1 + jitter)) / 2, pauseMs };
}
