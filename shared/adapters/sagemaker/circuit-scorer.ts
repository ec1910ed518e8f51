import { ModelPaused, type Scorer, TransientFault } from '../../detection/ports';
import { admit, CIRCUIT_DEFAULTS, type Circuit, type CircuitSettings, CLOSED, settle } from './circuit';

/** The circuit came into another state. */
export interface CircuitChange {
  readonly state: Circuit['state'];
  /** What the last call failed with, when it opened. */
  readonly cause?: unknown;
}

export interface CircuitOptions {
  /** Milliseconds; never goes back. */
  readonly clock: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onChange: (change: CircuitChange) => void;
  readonly settings?: Partial<CircuitSettings>;
}

/** With less time than this nobody is asked: a failure would say nothing about the model. */
const WITHIN_MS_MIN = 100;

/**
 * A scorer that is left alone once it failed too often: meanwhile `score` rejects at once with {@link ModelPaused}. Every
 * kind of failure counts, a mismatch too: asking the wrong model again costs time and changes nothing.
 */
export function circuitScorer(scorer: Scorer, { clock, random, onChange, ...options }: CircuitOptions): Scorer {
  const settings = { ...CIRCUIT_DEFAULTS, ...options.settings };
  let circuit = CLOSED;
  const become = (next: Circuit, cause?: unknown) => {
    const isChange = next.state !== circuit.state;
    circuit = next;
    if (isChange) onChange({ state: next.state, ...(next.state === 'open' ? { cause } : {}) });
  };
  return {
    async score(vectors, withinMs = Number.POSITIVE_INFINITY) {
      if (vectors.length === 0) return scorer.score(vectors);
      if (withinMs < WITHIN_MS_MIN) throw new TransientFault('endpoint', `no time to ask: ${Math.round(withinMs)} ms`);
      const { pass, circuit: admitting } = admit(circuit, clock(), settings);
      if (pass === undefined) throw new ModelPaused('endpoint', 'is left alone, since it failed again and again');
      become(admitting);
      const ended = (failed: boolean, cause?: unknown) =>
        become(settle(circuit, pass, failed, clock(), random(), settings), cause);
      try {
        const answer = await scorer.score(vectors, pass === 'probe' ? Math.min(withinMs, settings.probeMs) : withinMs);
        ended(false);
        return answer;
      } catch (error) {
        ended(true, error);
        throw error;
      }
    },
  };
}
