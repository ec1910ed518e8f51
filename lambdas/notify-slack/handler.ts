import { deliverMessages } from '../../shared/adapters/notify/deliver-messages';
import { deployedChannel } from '../../shared/adapters/notify/deployed-channel';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { parseConfig } from '../../shared/runtime/config';
import { sqsHandler } from '../../shared/runtime/sqs';
import { buildServices } from './build-services';
import { ConfigSchema } from './config';

const telemetry = openTelemetry('notify-slack', process.env);

/** Called by AWS. */
export const handler = telemetry.invocations(
  sqsHandler(async () => {
    const config = parseConfig(ConfigSchema, process.env);
    return buildServices(config, deployedChannel(config, telemetry));
  }, deliverMessages),
);
