import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type FailedBatches, openFailedBatches } from '../../../shared/adapters/failed-batches';
import { openFolderPlace } from '../../../shared/adapters/files/folder-place';
import type { ObjectPlace } from '../../../shared/adapters/object-place';
import { openQuarantineArchive, type QuarantineArchive } from '../../../shared/adapters/quarantine-archive';
import { UsageError } from '../exit-codes';
import type { PlaceFlags } from './place-options';

export interface SetAsidePlace {
  readonly place: ObjectPlace;
  readonly archive: QuarantineArchive;
  readonly failed: FailedBatches;
  /** Absent: it is a bucket. */
  readonly folder?: string;
}

/** @throws {UsageError} if nothing says where, or two things do */
export async function withSetAside<Result>(
  flags: PlaceFlags,
  environment: NodeJS.ProcessEnv,
  work: (aside: SetAsidePlace) => Promise<Result>,
): Promise<Result> {
  const aside = await openSetAside(flags, environment);
  try {
    return await work(aside);
  } finally {
    aside.place.close();
  }
}

async function openSetAside(flags: PlaceFlags, environment: NodeJS.ProcessEnv): Promise<SetAsidePlace> {
  const { data, bucket: named } = flags;
  if (data !== undefined && named !== undefined) throw new UsageError('--data and --bucket exclude each other');
  const bucket = named ?? (data === undefined ? environment['QUARANTINE_BUCKET'] : undefined);
  if (bucket) {
    const { createS3Place } = await import('../../../shared/adapters/s3/s3-place');
    const place = createS3Place({ bucket, ...awsPlace(flags, environment) });
    return { place, archive: openQuarantineArchive(place), failed: openFailedBatches(place, '') };
  }
  const folder = data ?? join('.tidewatch', 'http');
  if (!existsSync(folder)) throw new UsageError(`there is no folder ${folder}: name that of a run with --data`);
  const place = openFolderPlace(folder);
  return { place, archive: openQuarantineArchive(place), failed: openFailedBatches(place, 'failed/'), folder };
}

/** @throws {UsageError} without a region */
export function awsPlace({ region, endpointUrl }: PlaceFlags, environment: NodeJS.ProcessEnv) {
  const found = region || environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'];
  if (!found) throw new UsageError('--region or AWS_REGION must say where the bucket is');
  const url = endpointUrl || environment['AWS_ENDPOINT_URL'];
  return { region: found, ...(url ? { endpointUrl: url } : {}) };
}
