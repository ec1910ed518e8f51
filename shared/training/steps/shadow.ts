import { z } from 'zod';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import { GateDecisionSchema } from '../gate';
import { DOCUMENTS } from '../plan';
import type { ChallengerPlace, ModelRegistry, TrainingWorkspace } from '../ports';
import { documentsOf, endRun, overAlready } from './documents';
import type { StepAnswer, StepRequest } from './order';
import { RegisteredSchema, unchallenge } from './register';

/** What a shadow run showed so far. */
export const ShadowVerdictSchema = z.object({
  verdict: z.enum(['go', 'wait', 'refuse']),
  /** Sentences for people. */
  reasons: z.array(z.string()).readonly(),
});
export type ShadowVerdict = z.output<typeof ShadowVerdictSchema>;

const ShadowSchema = z.object({
  /** Epoch milliseconds. */
  since: z.number().int(),
  /** How long it lasts at least, in milliseconds. */
  forMs: z.number().int().min(1),
  /** Absent until the challenger has gone. */
  decided: ShadowVerdictSchema.optional(),
});

export interface ShadowServices {
  readonly workspace: TrainingWorkspace;
  readonly registry: Pick<ModelRegistry, 'challenger' | 'challenge'>;
  readonly challenger: ChallengerPlace;
  /** How long the challenger scores beside the live model at least; 0: not at all. */
  readonly shadowMs: number;
  /** By what the live path counted of the run's challenger since then. */
  readonly judge: (shadow: JudgedShadow) => Promise<Readonly<ShadowVerdict>>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** All in epoch milliseconds, and milliseconds. */
export interface JudgedShadow {
  readonly run: string;
  readonly since: number;
  readonly forMs: number;
  readonly now: number;
}

export interface ShadowAnswer extends StepAnswer {
  /** After so long it is time to judge; 0: there is nothing to wait for. */
  readonly waitSeconds: number;
}

/** Between two judgements while there is not enough to judge by. */
const JUDGE_EVERY_SECONDS = 3_600;

/**
 * The new model scores live vectors too, beside the live one, and nobody is told what it says. One challenger is tried at a time,
 * since what is counted is counted of that one: while another run's is, the run ends, refused.
 */
export async function beginShadow(services: ShadowServices, { run }: StepRequest): Promise<ShadowAnswer> {
  const { shadowMs, now, challenger } = services;
  const documents = documentsOf(services.workspace, run);
  const over = await overAlready(documents);
  if (over !== undefined) return { ...over, waitSeconds: 0 };
  const known = await documents.read(DOCUMENTS.shadow, ShadowSchema);
  if (shadowMs === 0 && known === undefined) return { run, ended: false, found: ['none is asked for'], waitSeconds: 0 };
  const { version } = await documents.need(DOCUMENTS.registered, RegisteredSchema);
  const other = known?.decided === undefined ? await otherTried(services, run) : undefined;
  if (other !== undefined) return refuseBeside(services, { run, version, other });
  const model = await documents.need(DOCUMENTS.model, ModelArtifactSchema);
  const { since, forMs } = known ?? { since: now(), forMs: shadowMs };
  if (known === undefined) await documents.write(DOCUMENTS.shadow, { since, forMs });
  if (known?.decided === undefined) await challenger.put({ run, since, model });
  const end = since + forMs;
  const waitSeconds = Math.max(1, Math.ceil((end - now()) / 1_000));
  return { run, ended: false, found: [`beside the live model until ${new Date(end).toISOString()}`], waitSeconds };
}

/** Do live vectors say what the evaluation said? Once that is decided the challenger goes away; when they do not, the run ends. */
export async function judgeShadowRun(services: ShadowServices, { run }: StepRequest): Promise<ShadowAnswer> {
  const { now, challenger } = services;
  const documents = documentsOf(services.workspace, run);
  const over = await overAlready(documents);
  if (over !== undefined) return { ...over, waitSeconds: 0 };
  const shadow = await documents.read(DOCUMENTS.shadow, ShadowSchema);
  if (shadow === undefined) return { run, ended: false, found: ['none was asked for'], waitSeconds: 0 };
  const { promote } = await documents.need(DOCUMENTS.decision, GateDecisionSchema);
  const { since, forMs, decided } = shadow;
  const { verdict, reasons } = decided ?? (await judged());
  if (verdict === 'wait') return { run, ended: false, found: reasons, waitSeconds: JUDGE_EVERY_SECONDS };
  if (decided === undefined) await documents.write(DOCUMENTS.shadow, { since, forMs, decided: { verdict, reasons } });
  await challenger.remove(run);
  if (verdict === 'go' && promote) return { run, ended: false, found: reasons, waitSeconds: 0 };
  const { version } = await documents.need(DOCUMENTS.registered, RegisteredSchema);
  await unchallenge(services.registry, version);
  const ended = await endRun(documents, { run, result: 'refused-in-shadow', version, reasons, endedAt: now() });
  return { ...ended, waitSeconds: 0 };

  async function judged(): Promise<Readonly<ShadowVerdict>> {
    const there = await challenger.current();
    if (there === run) return services.judge({ run, since, forMs, now: now() });
    const instead = there === undefined ? 'it was taken away' : `that of run ${there} is there`;
    return { verdict: 'refuse', reasons: [`the challenger is not beside the live model: ${instead}; train again`] };
  }
}

/** Another run whose challenger is there and is to be judged. One of a run that is over, or of which nothing is left, is not. */
async function otherTried({ challenger, workspace }: ShadowServices, run: string): Promise<string | undefined> {
  const there = await challenger.current();
  if (there === undefined || there === run) return undefined;
  const documents = documentsOf(workspace, there);
  const isUnderway =
    (await documents.read(DOCUMENTS.shadow, ShadowSchema)) !== undefined &&
    (await overAlready(documents)) === undefined;
  return isUnderway ? there : undefined;
}

interface Beside {
  readonly run: string;
  readonly version: number;
  /** The run whose challenger is being tried. */
  readonly other: string;
}

async function refuseBeside(services: ShadowServices, { run, version, other }: Beside): Promise<ShadowAnswer> {
  const { workspace, registry, now } = services;
  const theirs = await documentsOf(workspace, other).read(DOCUMENTS.registered, RegisteredSchema);
  if ((await registry.challenger()) === version) await registry.challenge(theirs?.version);
  const reasons = [
    `run ${other} has its challenger beside the live model, and one is tried at a time: train again after it`,
  ];
  const refused = { run, result: 'refused', version, reasons, endedAt: now() } as const;
  return { ...(await endRun(documentsOf(workspace, run), refused)), waitSeconds: 0 };
}
