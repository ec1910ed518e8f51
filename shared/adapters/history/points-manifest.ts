import { z } from 'zod';
import { TrainingError } from '../../training/training-error';

/** Which objects of a bucket a training job is to be given. */
export interface PointsManifest {
  readonly bucket: string;
  readonly keys: readonly string[];
}

const PrefixSchema = z.object({ prefix: z.string().regex(/^s3:\/\/[^/]+\//) });
const ManifestSchema = z.tuple([PrefixSchema], z.string().min(1));

/**
 * SageMaker's ManifestFile: a prefix, and what follows it for each object.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
 */
export function manifestText({ bucket, keys }: PointsManifest): string {
  return JSON.stringify([{ prefix: `s3://${bucket}/` }, ...keys]);
}

/** @throws {TrainingError} if it is no manifest */
export function readManifest(text: string): PointsManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TrainingError('the manifest of points is not JSON', { cause });
  }
  const parsed = ManifestSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TrainingError(`no manifest of points: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
  }
  const [{ prefix }, ...names] = parsed.data;
  const [, bucket, before] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(prefix)!;
  return { bucket: bucket!, keys: names.map((name) => `${before}${name}`) };
}
