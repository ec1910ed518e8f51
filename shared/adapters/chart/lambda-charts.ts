import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Charts } from '../../alerting/channel-ports';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { ChartAnswerSchema, type ChartRequest } from './chart-call';

export interface LambdaChartsOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  /** Name or ARN of draw-chart; absent: there are no charts. */
  readonly functionName: string | undefined;
  readonly onProblem: (what: string, error: unknown) => void;
}

const DEFAULTS = { attemptTimeoutMs: 2_000, concurrency: 10 };

/** Charts drawn by the function draw-chart. Whatever goes wrong, there is no chart and nobody waits longer. */
export function lambdaCharts({ functionName, onProblem, ...options }: LambdaChartsOptions): Charts {
  if (functionName === undefined) return { draw: async () => undefined };
  const client = new LambdaClient(awsClientConfig({ ...DEFAULTS, ...options }));
  return {
    async draw(alert, withinMs) {
      const request: ChartRequest = { alert, withinMs: Math.max(0, Math.round(withinMs)) };
      try {
        const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
        const abortSignal = AbortSignal.timeout(Math.max(1, Math.round(withinMs)));
        const { Payload, FunctionError } = await client.send(command, { abortSignal });
        if (FunctionError !== undefined) throw new Error(`draw-chart failed: ${FunctionError}`);
        const { png } = ChartAnswerSchema.parse(JSON.parse(Buffer.from(Payload ?? []).toString('utf8')));
        return png === undefined ? undefined : Buffer.from(png, 'base64');
      } catch (error) {
        onProblem('chart', error);
        return undefined;
      }
    },
  };
}
