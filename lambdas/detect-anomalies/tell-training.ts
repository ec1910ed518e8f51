import type { Verdict } from '../../shared/detection/source-detector';
import { type Shadow, zeroShadow } from '../../shared/training/shadow';
import type { LiveDistributions } from './live-distributions';
import type { Services } from './services';
import type { SourcePass } from './source-pass';

/** A source whose commit was written, and how its points were judged. */
export interface Settled {
  readonly pass: SourcePass;
  readonly verdicts: readonly (readonly Verdict[])[];
  readonly model: string;
  readonly degraded: boolean;
}

/** With less time than this left, the batch ends without a call that could be left out. */
const TIME_LEFT_MS_MIN = 5_000;

/**
 * What training wants to know of a batch that is done: what the challenger would have said, and what vectors and scores look
 * like. Nothing of the batch depends on it, and whatever goes wrong here is told and goes no further.
 */
export async function tellTraining(
  settled: readonly Settled[],
  { shadow, distributions, observe }: Services,
  timeLeftMs: number,
): Promise<void> {
  if (distributions !== undefined) {
    try {
      countAll(settled, distributions);
      if (timeLeftMs >= TIME_LEFT_MS_MIN) await distributions.flushIfDue();
    } catch (error) {
      observe.problem('distributions', error);
    }
  }
  if (shadow === undefined) return;
  try {
    const challenger = await shadow();
    if (challenger === undefined) return;
    const counts = compareAll(settled, challenger);
    if (counts.vectors > 0) observe.shadow?.(challenger.run, counts);
  } catch (error) {
    observe.problem('shadow', error);
  }
}

/** As training has it: what a memory that is being filled again made of points is nobody's reference. */
function countAll(settled: readonly Settled[], distributions: LiveDistributions): void {
  for (const { pass, verdicts, model } of settled)
    pass.advanced.forEach(({ observations, warming }, i) => {
      if (!warming) distributions.add(model, observations, verdicts[i]!);
    });
}

/** Where the champion did not answer there is nothing to compare with. */
function compareAll(settled: readonly Settled[], challenger: Shadow) {
  const counts = zeroShadow();
  for (const { pass, verdicts, degraded } of settled) {
    if (degraded) continue;
    pass.advanced.forEach(({ placed, observations }, i) => {
      challenger.compare(pass.work.source, placed.point.timestamp, observations, verdicts[i]!, counts);
    });
  }
  return counts;
}
