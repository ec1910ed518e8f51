import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { ShadowCounts, ShadowTally } from '../../training/ports';
import { zeroShadow } from '../../training/shadow';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { AwsRefusal, awsFault } from '../aws/aws-faults';
import { Again, withRetries } from '../with-retries';
import { SHADOW_METRICS } from './shadow-metrics';

export interface CloudWatchTallyOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  /** The deployment's, as its functions have it: see TelemetryVariables. */
  readonly environment: string;
  readonly namespace?: string;
  /** For one page of the answer, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { namespace: 'Tidewatch', timeoutMs: 20_000, attemptTimeoutMs: 10_000, concurrency: 2 };
/** CloudWatch keeps sums of five minutes for 63 days, and sums of one minute for 15. */
const PERIOD_MS = 300_000;
const KEPT_MS = 63 * 86_400_000;
/** For so long after it began, functions may still have the challenger before it: see openShadow of the settings. */
const SETTLES_MS = 60_000;
/** Most values that one answer holds. */
const VALUES_MAX = 100_000;
const NAMES = Object.keys(SHADOW_METRICS) as (keyof ShadowCounts)[];

/**
 * What detection told of a challenger in CloudWatch. Nothing there names the run: the time does, since one challenger is tried at
 * a time. Counted are the whole periods of five minutes that lie in it, from a minute after its begin on.
 *
 * Rejects with a TransientFault when there was no answer in time, with AwsRefusal when metrics may not be read, with a
 * RangeError for a time that began more than 63 days before it ends.
 */
export function createCloudWatchTally(options: CloudWatchTallyOptions): ShadowTally & { close(): void } {
  const settings = { ...DEFAULTS, ...options };
  const client = new CloudWatchClient(awsClientConfig(settings));
  const queries = NAMES.map((name) => queryOf(name, settings));
  const page = (StartTime: Date, EndTime: Date, NextToken: string | undefined) =>
    withRetries({ ...settings, part: 'metrics' }, async (timeoutMs) => {
      const command = new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime,
        EndTime,
        MaxDatapoints: VALUES_MAX,
        NextToken,
      });
      const answer = await client
        .send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
        .catch((error: unknown) => {
          throw awsFault(error, 'metrics of the shadow', timeoutMs);
        });
      const broken = answer.MetricDataResults?.find(({ StatusCode }) => StatusCode === 'InternalError');
      if (broken !== undefined) throw new Again(`metric ${broken.Id} has an internal error`);
      return answer;
    });
  return {
    async tally(_, since, until) {
      const counts = zeroShadow();
      const from = Math.ceil((since + SETTLES_MS) / PERIOD_MS) * PERIOD_MS;
      const to = Math.floor(until / PERIOD_MS) * PERIOD_MS;
      if (to - from > KEPT_MS) throw new RangeError('CloudWatch has sums of five minutes for 63 days only');
      if (from >= to) return counts;
      let token: string | undefined;
      do {
        const { MetricDataResults = [], NextToken } = await page(new Date(from), new Date(to), token);
        for (const { Id, StatusCode, Values = [] } of MetricDataResults) {
          if (StatusCode === 'Forbidden')
            throw new AwsRefusal('Forbidden', `metric ${Id} of the shadow may not be read`);
          for (const value of Values) counts[Id as keyof ShadowCounts] += value;
        }
        token = NextToken;
      } while (token !== undefined);
      return counts;
    },
    close: () => client.destroy(),
  };
}

function queryOf(name: keyof ShadowCounts, { namespace, environment }: typeof DEFAULTS & CloudWatchTallyOptions) {
  return {
    Id: name,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: SHADOW_METRICS[name],
        Dimensions: [
          { Name: 'service', Value: 'detect-anomalies' },
          { Name: 'environment', Value: environment },
        ],
      },
      Period: PERIOD_MS / 1_000,
      Stat: 'Sum',
    },
    ReturnData: true,
  } satisfies MetricDataQuery;
}
