import type { FirehoseTransformationEvent } from 'aws-lambda';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { archivePoints } from './archive-points';

const telemetry = openTelemetry('archive-points', process.env);

/** Called by Firehose before it writes to the archive. */
export const handler = telemetry.invocations(async (event: FirehoseTransformationEvent) => {
  const { result, counts } = archivePoints(event);
  telemetry.counts(counts);
  return result;
});
