import { openQuarantineArchive } from '../../../shared/adapters/quarantine-archive';
import { createS3Place } from '../../../shared/adapters/s3/s3-place';
import type { QuarantineObject } from '../../../shared/domain/rows';
import { REGION } from '../environment';
import { livePathOf } from '../live-path';
import { SOURCES, sendRecord } from '../traffic';
import { until } from '../until';
import type { Step } from '../world';

const UNREADABLE = '{"source":"pump-0","timest';
const FILED_MS_MAX = 30_000;

export const fileUnreadable: Step = {
  name: 'a record that cannot be read goes to quarantine',
  limitMs: 45_000,
  async run(world) {
    const { stream, quarantine } = livePathOf(world);
    await sendRecord(world, stream, SOURCES[0]!, UNREADABLE);
    const filed = await until('its object', FILED_MS_MAX, async () => (await quarantined(quarantine))[0]);
    const body = Buffer.from(filed.body, 'base64').toString();
    if (body !== UNREADABLE) throw new Error(`its body is ${body}`);
    return `${filed.reason}, its body as sent`;
  },
};

async function quarantined(bucket: string): Promise<QuarantineObject[]> {
  const place = createS3Place({ region: REGION, bucket });
  try {
    const objects: QuarantineObject[] = [];
    for await (const { object } of openQuarantineArchive(place).read()) objects.push(object);
    return objects;
  } finally {
    place.close();
  }
}
