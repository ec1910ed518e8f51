import { randomInt, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LogUnusable } from './errors';
import { errorCode, replaceFile } from './files';

/** What a log is for as long as it lives. */
const ManifestSchema = z.object({
  version: z.literal(1),
  /** ARN-like name, new for every log that is created. */
  stream: z.string().min(1),
  shards: z.number().int().min(1).max(256),
  /** Seed of the frames' CRC: a secret of this log. */
  salt: z.number().int().min(0).max(0xffffffff),
  createdAt: z.string(),
});
export type Manifest = z.output<typeof ManifestSchema>;

const FILE = 'manifest.json';

/**
 * The manifest of a folder, made at first use.
 *
 * @throws {LogUnusable} if it cannot be read, or is missing where shards are
 */
export async function openManifest(folder: string, shards: number, nowMs: number): Promise<Manifest> {
  const path = join(folder, FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) return parse(path, text);
  const names = await readdir(folder);
  if (names.some((name) => name.startsWith('shardId-')))
    throw new LogUnusable(`${path} is missing, though the folder holds shards`);
  const manifest = ManifestSchema.parse({
    version: 1,
    stream: `arn:aws:kinesis:local:000000000000:stream/points-${randomUUID()}`,
    shards,
    salt: randomInt(2 ** 32),
    createdAt: new Date(nowMs).toISOString(),
  });
  await replaceFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

function parse(path: string, text: string): Manifest {
  try {
    return ManifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new LogUnusable(`${path} is not a manifest that this version can read`, { cause });
  }
}
