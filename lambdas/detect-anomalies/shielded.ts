import { circuitScorer } from '../../shared/adapters/sagemaker/circuit-scorer';
import type { Scorer } from '../../shared/detection/ports';
import type { Observer } from './services';

/** The endpoint behind a circuit breaker whose changes are told. */
export function shielded(endpoint: Scorer, observe: Observer): Scorer {
  return circuitScorer(endpoint, {
    clock: () => observe.clock(),
    random: Math.random,
    onChange: (change) => observe.circuit(change),
  });
}
