import { randomUUID } from 'node:crypto';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { ShadowCounts } from '../../training/ports';
import { awsClientConfig } from '../aws/aws-client';
import { describeShadowTally } from '../contracts/shadow-tally.contract';
import { createCloudWatchTally } from './cloudwatch-tally';
import { SHADOW_METRICS } from './shadow-metrics';

const region = 'eu-central-1';
const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const client = new CloudWatchClient(awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 60_000, concurrency: 4 }));
afterAll(() => client.destroy());

describeShadowTally('metrics of the emulator', Date.now(), async () => {
  const namespace = `Tidewatch-${randomUUID()}`;
  const tally = createCloudWatchTally({ region, endpointUrl, namespace, environment: 'test' });
  const Dimensions = [
    { Name: 'service', Value: 'detect-anomalies' },
    { Name: 'environment', Value: 'test' },
  ];
  return {
    tally,
    async tell(_, at, counts) {
      const MetricData = (Object.keys(SHADOW_METRICS) as (keyof ShadowCounts)[]).map((name) => ({
        ...{
          MetricName: SHADOW_METRICS[name],
          Dimensions,
          Timestamp: new Date(at),
          Value: counts[name],
          Unit: 'Count' as const,
        },
      }));
      await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
    },
  };
});
