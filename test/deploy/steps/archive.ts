import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { type ArchiveLine, ArchiveLineSchema } from '../../../shared/domain/archive-line';
import { physicalId } from '../resources';
import { until } from '../until';
import type { Step, World } from '../world';

const ARCHIVED_MS_MAX = 30_000;

export const archive: Step = {
  name: 'every record is in the archive as it was sent',
  limitMs: 45_000,
  async run(world) {
    const bucket = physicalId(world.resources, 'AWS::S3::Bucket', /^Archive(?!Logs)/);
    const expected = world.sent.bodies.map(base64).sort();
    let seen = 0;
    await until(
      'as many lines as records',
      ARCHIVED_MS_MAX,
      async () => {
        seen = (await archived(world, bucket)).length;
        return seen >= expected.length || undefined;
      },
      () => seen,
    );
    const lines = await archived(world, bucket);
    const bodies = lines.map(({ body }) => body).sort();
    if (JSON.stringify(bodies) !== JSON.stringify(expected)) throw new Error('the bodies are not those that were sent');
    return `${lines.length} lines`;
  },
};

/** Lines as the emulator's Firehose writes them: not compressed, and without shard and sequence number, which it does not know. */
async function archived({ emulator: { s3 } }: World, Bucket: string): Promise<ArchiveLine[]> {
  const lines: ArchiveLine[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: 'points/' }))
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const text = await Body!.transformToString();
      for (const line of text.trimEnd().split('\n')) lines.push(ArchiveLineSchema.parse(JSON.parse(line)));
    }
  return lines;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
