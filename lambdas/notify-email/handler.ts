import { sesMailer } from '../../shared/adapters/mail/ses-mailer';
import { deliverMessages } from '../../shared/adapters/notify/deliver-messages';
import { deployedChannel } from '../../shared/adapters/notify/deployed-channel';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { parseConfig } from '../../shared/runtime/config';
import { sqsHandler } from '../../shared/runtime/sqs';
import { buildServices } from './build-services';
import { ConfigSchema } from './config';

const telemetry = openTelemetry('notify-email', process.env);

/** Called by AWS. */
export const handler = telemetry.invocations(
  sqsHandler(async () => {
    const config = parseConfig(ConfigSchema, process.env);
    const mailer = sesMailer({ region: config.AWS_REGION });
    return buildServices(config, { ...deployedChannel(config, telemetry), mailer });
  }, deliverMessages),
);
