import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DataPoint } from '../../shared/domain/data-point';
import { DOCUMENTS } from '../../shared/training/plan';
import { POINTS } from './training-world';

/** Points as Firehose archives them: an object of gzipped lines for each day of arrival. */
export function archiveObjects(points: readonly DataPoint[] = POINTS): ReadonlyMap<string, Buffer> {
  const byDay = new Map<string, string[]>();
  points.forEach((point, i) => {
    const day = new Date(point.timestamp).toISOString().slice(0, 10);
    const line = {
      stream: 'points',
      shard: 'shardId-000000000000',
      sequence: `4${String(i).padStart(55, '0')}`,
      arrival: point.timestamp + 1_000,
      body: Buffer.from(JSON.stringify(point)).toString('base64'),
    };
    byDay.set(day, [...(byDay.get(day) ?? []), `${JSON.stringify(line)}\n`]);
  });
  return new Map([...byDay].map(([day, lines]) => [`points/${day}/00/part.gz`, gzipSync(lines.join(''))]));
}

export interface JobInput {
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  readonly hosts?: readonly string[];
  readonly channels?: Readonly<Record<string, object>>;
  /** Documents in channel `plan` or `model`. */
  readonly documents?: Readonly<Record<string, string | Buffer>>;
  readonly points?: ReadonlyMap<string, Buffer>;
}

const FILE_MODE = { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated' };

/** The root folder of a training job, as SageMaker has it when the container starts. */
export function writeJob(root: string, input: JobInput): string {
  const put = (file: string, content: string | Buffer) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  };
  const { hyperparameters = {}, hosts = ['algo-1'], documents = {}, points = archiveObjects() } = input;
  const channels = input.channels ?? { plan: FILE_MODE, points: FILE_MODE, model: FILE_MODE };
  put('input/config/hyperparameters.json', JSON.stringify({ run: 'run-1', step: 'train', ...hyperparameters }));
  put('input/config/resourceconfig.json', JSON.stringify({ current_host: 'algo-1', hosts }));
  put('input/config/inputdataconfig.json', JSON.stringify(channels));
  for (const folder of ['model', 'output/data', 'checkpoints']) mkdirSync(path.join(root, folder), { recursive: true });
  for (const [name, content] of Object.entries(documents))
    put(`input/data/${name === DOCUMENTS.plan ? 'plan' : 'model'}/${name}`, content);
  for (const [name, content] of points) put(`input/data/points/${name}`, content);
  return root;
}

export function resultOf(root: string, name: string): string {
  return readFileSync(path.join(root, 'model', name), 'utf8');
}
