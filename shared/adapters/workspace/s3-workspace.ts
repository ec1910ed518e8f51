import { RunSchema } from '../../training/plan';
import type { TrainingWorkspace } from '../../training/ports';
import type { AwsClientOptions } from '../aws/aws-client';
import { openS3Objects } from '../s3/s3-objects';

export interface S3WorkspaceOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  /** What keys begin with. */
  readonly prefix?: string;
  /** For one document or page of a listing, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

/** What keys of runs' documents begin with. */
export const RUNS_PREFIX = 'runs/';

const DEFAULTS = { prefix: RUNS_PREFIX, timeoutMs: 60_000, attemptTimeoutMs: 20_000, concurrency: 4 };

/**
 * Documents of training runs in a bucket: `runs/<run>/<name>`. S3 shows an object whole or not at all.
 *
 * Rejects with a TransientFault when there was no answer in time, with AwsRefusal when a call is not allowed.
 */
export function createS3Workspace(options: S3WorkspaceOptions): TrainingWorkspace & { close(): void } {
  const settings = { ...DEFAULTS, ...options };
  const { prefix } = settings;
  const keyOf = (run: string, name: string) => `${prefix}${RunSchema.parse(run)}/${name}`;
  const nameOf = (key: string) => {
    if (key === prefix) return 'the list of runs';
    const [run, ...name] = key.slice(prefix.length).split('/');
    return `document ${name.join('/')} of run ${run}`;
  };
  const objects = openS3Objects({ ...settings, part: 'workspace', nameOf });
  return {
    read: async (run, name) => (await objects.get(keyOf(run, name)))?.content,
    write: async (run, name, content) => objects.put(keyOf(run, name), content),
    runs: async () => (await objects.folders(prefix)).filter((run) => RunSchema.safeParse(run).success).sort(),
    close: () => objects.close(),
  };
}
