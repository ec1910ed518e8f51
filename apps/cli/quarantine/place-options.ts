import type { Command } from 'commander';
import { EXIT_CODES_HELP } from '../exit-codes';
import { anHttpUrl } from '../option-values';

/** Where what was set aside lies: a run's folder, or the quarantine bucket of a deployment. */
export interface PlaceFlags {
  readonly data?: string;
  readonly bucket?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
}

export function withPlace(command: Command): Command {
  return command
    .option('-d, --data <folder>', 'the folder of a run on this machine (default: .tidewatch/http)')
    .option('--bucket <name>', 'in place of a folder: the quarantine bucket of a deployment (or QUARANTINE_BUCKET)')
    .option('--region <region>', 'of the bucket (default: AWS_REGION, AWS_DEFAULT_REGION)')
    .option('--endpoint-url <url>', 'call this instead of the region: an emulator', anHttpUrl);
}

export const PLACE_HELP = `
Environment:
  QUARANTINE_BUCKET, AWS_REGION, AWS_ENDPOINT_URL    as --bucket, --region, --endpoint-url
${EXIT_CODES_HELP}`;
