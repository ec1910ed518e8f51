import type { StepAnswer } from '../../training/steps/order';
import type { Telemetry } from '../powertools/telemetry';

/** A step of a run as a function: what it found is a line of the log, and whether it ended the run a metric. */
export function observedStep<Event, Answer extends StepAnswer>(
  telemetry: Telemetry,
  step: (event: Event) => Promise<Answer>,
): (event: Event, context: Parameters<ReturnType<Telemetry['invocations']>>[1]) => Promise<Answer> {
  return telemetry.invocations(async (event: Event) => {
    const answer = await step(event);
    telemetry.measure('ended', Number(answer.ended));
    telemetry.info('a step of training is done', { run: answer.run, ended: answer.ended, found: answer.found });
    return answer;
  });
}
