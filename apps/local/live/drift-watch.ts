import { createHandler } from '../../../lambdas/watch-drift/create-handler';
import { driftRun } from '../../../lambdas/watch-drift/watch-drift';
import { startTimer } from './silence-watch';

export interface DriftWatch {
  readonly onDrift: (words: readonly string[]) => void;
  readonly everyMs?: number | undefined;
  readonly onProblem: (what: string, error: unknown) => void;
}

const HOUR_MS = 3_600_000;

/**
 * The function that a schedule calls on AWS, called by a timer. On one machine nothing trains by itself: people are told, once a
 * day, as often as AWS would have begun to.
 */
export function startDriftWatch(
  env: NodeJS.ProcessEnv,
  { onDrift, everyMs = HOUR_MS, onProblem }: DriftWatch,
): { readonly stop: () => Promise<void> } {
  let toldOn: string | undefined;
  const handler = createHandler(env, {
    starter: undefined,
    observe: {
      idle: () => undefined,
      looked({ past }) {
        const today = driftRun(Date.now());
        if (past.length === 0 || toldOn === today) return;
        toldOn = today;
        onDrift(past);
      },
      started: () => undefined,
    },
  });
  return startTimer(handler, everyMs, (error) => onProblem('drift', error));
}
