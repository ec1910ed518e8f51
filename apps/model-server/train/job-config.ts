import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { RunSchema } from '../../../shared/training/plan';
import { TrainingError } from '../../../shared/training/training-error';

/** Folders of a training job, below its root (`/opt/ml`). */
export interface JobFolders {
  /** What the job is given, a folder a channel. */
  readonly channel: (name: string) => string;
  /** What is kept of a job that ends well. */
  readonly model: string;
  /** Kept when the machine is taken away, and there again on the next one. */
  readonly checkpoints: string;
  /** Why the job failed, for whoever asks SageMaker. */
  readonly failure: string;
  readonly config: (name: string) => string;
}

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html */
export function foldersBelow(root: string): JobFolders {
  return {
    channel: (name) => path.join(root, 'input', 'data', name),
    model: path.join(root, 'model'),
    checkpoints: path.join(root, 'checkpoints'),
    failure: path.join(root, 'output', 'failure'),
    config: (name) => path.join(root, 'input', 'config', `${name}.json`),
  };
}

export interface Job {
  readonly run: string;
  readonly step: 'train' | 'evaluate';
}

/** SageMaker gives every value as text. */
const HyperparametersSchema = z.object({
  run: RunSchema,
  step: z.enum(['train', 'evaluate']),
});
/** Names that SageMaker's own libraries add. */
const OF_SAGEMAKER = /^sagemaker_/;

const ChannelsSchema = z.record(z.string(), z.looseObject({ TrainingInputMode: z.string().optional() }));
const ResourcesSchema = z.looseObject({ hosts: z.array(z.string()).min(1) });

/** Channels that a step reads. */
const CHANNELS = { train: ['plan', 'points'], evaluate: ['plan', 'points', 'model'] } as const;

/**
 * What the job is told. @throws {TrainingError} in words, if it is not told what it must be
 */
export async function readJob({ config }: JobFolders): Promise<Job> {
  const given = await read(config('hyperparameters'), z.record(z.string(), z.unknown()));
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => !OF_SAGEMAKER.test(name)));
  const job = checked(own, HyperparametersSchema.strict(), 'hyperparameters');
  const { hosts } = await read(config('resourceconfig'), ResourcesSchema);
  if (hosts.length > 1)
    throw new TrainingError(`the job has ${hosts.length} instances; it runs on one: set InstanceCount to 1`);
  const channels = await read(config('inputdataconfig'), ChannelsSchema);
  for (const name of CHANNELS[job.step]) {
    const channel = channels[name];
    if (channel === undefined) throw new TrainingError(`the job has no channel ${name}, which step ${job.step} reads`);
    if ((channel.TrainingInputMode ?? 'File') === 'Pipe')
      throw new TrainingError(`channel ${name} is a pipe; the job reads files: set InputMode to File`);
  }
  return job;
}

async function read<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new TrainingError(`cannot read ${file}: ${cause.message}`, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TrainingError(`${file} is not JSON`, { cause });
  }
  return checked(json, schema, file);
}

function checked<S extends z.ZodType>(json: unknown, schema: S, what: string): z.output<S> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TrainingError(`${what}: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
}
