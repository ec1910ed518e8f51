import { createHandler } from '../../../lambdas/rescore-degraded/create-handler';
import type { Services } from '../../../lambdas/rescore-degraded/services';
import { startTimer } from './silence-watch';

export interface Rescoring {
  readonly store: Services['store'];
  readonly topic: Services['topic'];
  readonly settings: () => Promise<Services['settings']>;
  readonly everyMs: number;
  /** Rows that were stored degraded since the start; a run without any would find nothing. */
  readonly degradedSoFar: () => number;
  readonly onProblem: (what: string, error: unknown) => void;
}

/**
 * The function that a schedule calls on AWS, called by a timer: at the start for what an earlier run has left, then
 * whenever there are new degraded rows, until none is left.
 */
export function startRescoring(env: NodeJS.ProcessEnv, options: Rescoring): { readonly stop: () => Promise<void> } {
  const { store, topic, settings, everyMs, degradedSoFar, onProblem } = options;
  // That the model is away was told by who asked it first.
  const problem = (what: string, error: unknown) => what !== 'score' && onProblem(what, error);
  const observe = { rescored: () => undefined, published: () => undefined, problem };
  const { handler, close } = createHandler(env, { store, topic, settings, observe });
  let settled = -1;
  const run = async () => {
    const degraded = degradedSoFar();
    if (degraded === settled) return;
    if ((await handler()).ended === 'nothing-left') settled = degraded;
  };
  const timer = startTimer(run, everyMs, (error) => onProblem('re-scoring', error));
  return {
    async stop() {
      await timer.stop();
      await close();
    },
  };
}
