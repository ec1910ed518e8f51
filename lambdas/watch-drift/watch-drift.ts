import { FEATURE_SCHEMA_VERSION } from '../../shared/detection/model';
import { lookForDrift, REFERENCE_MS } from '../../shared/training/drift-look';
import type { DriftReference } from '../../shared/training/ports';
import { modelsOf, scoredBy } from '../../shared/training/scored-distributions';
import type { Services } from './services';

const DAY_MS = 86_400_000;
const RUN_PREFIX = 'drift-';

/** What a run ended with. */
export type DriftEnd = 'no-reference' | 'few-vectors' | 'no-drift' | 'drift';

/**
 * Do live vectors and scores still look as they did to the newest training? Runs every hour. Past the limit training starts, once
 * a day at most: the run has the day's name, and no name is given twice. Runs may overlap.
 *
 * Rejects when a part does not answer: the next run looks again.
 */
export async function watchDrift({ log, references, starter, rules, now, observe }: Services): Promise<DriftEnd> {
  const until = now();
  const reference = await references.read();
  if (reference === undefined) {
    observe.idle('no-reference', 'nothing was trained yet that live vectors could be compared with');
    return 'no-reference';
  }
  const { schema } = reference.distributions;
  if (schema !== FEATURE_SCHEMA_VERSION) {
    const words = `run ${reference.run} saw vectors of feature schema ${schema}, live ones are of ${FEATURE_SCHEMA_VERSION}`;
    observe.idle('no-reference', `${words}: nothing compares until the next training`);
    return 'no-reference';
  }
  const live = await log.sumSince(modelsOf(reference.distributions), until - rules.windowMs, until);
  if (live.vectors < rules.vectorsMin) {
    observe.idle('few-vectors', `${live.vectors} live vectors say too little; ${rules.vectorsMin} are asked for`);
    return 'few-vectors';
  }
  const look = lookForDrift(scoredBy(live.model, reference.distributions), live, rules.limit);
  observe.looked(look, { reference: reference.run, vectors: live.vectors });
  if (look.past.length === 0) return 'no-drift';
  if (starter !== undefined && until - reference.at >= quietMs(reference)) {
    const run = driftRun(until);
    observe.started(run, await starter.start(run, 'drift'));
  }
  return 'drift';
}

/** `drift-2026-11-30` (UTC). */
export function driftRun(now: number): string {
  return `${RUN_PREFIX}${new Date(now).toISOString().slice(0, 10)}`;
}

/**
 * How long after a training nothing is started: most of what is looked at is from before it. After one that drift has started
 * already, its reference must be able to hold the new state of things first.
 */
function quietMs({ run }: DriftReference): number {
  return run.startsWith(RUN_PREFIX) ? REFERENCE_MS : DAY_MS;
}
