import { openQuarantineArchive } from '../../shared/adapters/quarantine-archive';
import { createS3Place } from '../../shared/adapters/s3/s3-place';
import type { QuarantineObject } from '../../shared/domain/rows';
import { REGION } from './environment';

/** Everything in quarantine. */
export async function quarantined(bucket: string): Promise<QuarantineObject[]> {
  const place = createS3Place({ region: REGION, bucket });
  try {
    const objects: QuarantineObject[] = [];
    for await (const { object } of openQuarantineArchive(place).read()) objects.push(object);
    return objects;
  } finally {
    place.close();
  }
}
