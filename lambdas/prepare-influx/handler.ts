import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { createSecrets, createSecretWriter } from '../../shared/adapters/aws/secrets';
import { answerCloudFormation } from '../../shared/adapters/cloudformation/custom-resource';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { parseConfig } from '../../shared/runtime/config';
import { ConfigSchema, type Properties, PropertiesSchema } from './config';
import { prepareInflux } from './prepare-influx';

const telemetry = openTelemetry('prepare-influx', process.env);
const STORE_MS_MAX = 120_000;

/** Called by CloudFormation when the resource is made, and when one of its properties changes. */
export const handler = telemetry.invocations(async (event: CloudFormationCustomResourceEvent, { logStreamName }) => {
  const { AWS_REGION: region } = parseConfig(ConfigSchema, process.env);
  const services = {
    secrets: createSecrets({ region }),
    writeSecret: createSecretWriter({ region }),
    timeoutMs: STORE_MS_MAX,
  };
  await answerCloudFormation(event, {
    physicalId: 'influx-token',
    log: logStreamName,
    async work(properties) {
      try {
        const asked = PropertiesSchema.parse(properties);
        const done = await prepareInflux(asked, services, isAnotherRevision(event, asked));
        telemetry.info('the token of InfluxDB is there', { done });
      } catch (error) {
        telemetry.problem('the token of InfluxDB could not be made', error);
        throw error;
      }
    },
  });
});

function isAnotherRevision(event: CloudFormationCustomResourceEvent, { Revision }: Properties): boolean {
  return event.RequestType === 'Update' && event.OldResourceProperties['Revision'] !== Revision;
}
