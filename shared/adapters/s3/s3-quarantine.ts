import type { Quarantine } from '../../detection/ports';
import { byDay, nameOfObjects } from '../quarantine-lines';
import { createS3Place, type S3PlaceOptions } from './s3-place';

export interface S3Quarantine extends Quarantine {
  close(): void;
}

/**
 * Quarantined records in a bucket: a put is one file of NDJSON for each day of arrival, `quarantine/2026-11-22/<hash>.ndjson`.
 * The hash is that of the ids within, so the same put again replaces its file; an id that came with others the second time is
 * in two files, and readers show it once.
 */
export function createS3Quarantine(options: S3PlaceOptions): S3Quarantine {
  const place = createS3Place(options);
  return {
    async put(objects) {
      const unique = new Map(objects.map((object) => [object.id, object]));
      for (const [day, ofDay] of byDay(unique.values())) {
        const text = ofDay.map((object) => `${JSON.stringify(object)}\n`).join('');
        await place.put(`quarantine/${day}/${nameOfObjects(ofDay)}.ndjson`, text);
      }
    },
    close: place.close,
  };
}
