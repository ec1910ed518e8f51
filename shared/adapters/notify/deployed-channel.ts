import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { DeliverObserver } from '../../alerting/deliver';
import { openNotificationLog } from '../../alerting/notification-log';
import { notificationThread } from '../../runtime/thread';
import { lambdaCharts } from '../chart/lambda-charts';
import { createDynamoDbAlertStore } from '../dynamodb/dynamodb-alert-store';
import type { Telemetry } from '../powertools/telemetry';
import { TelemetryVariables } from '../powertools/telemetry-variables';
import { keptSecrets } from '../secrets/kept-secrets';
import { secretsManager } from '../secrets/secrets-manager';
import { sqsDelay } from './sqs-delay';

/** What the environment of every channel's deployed function says. */
export const DeployedChannelVariables = {
  ...TelemetryVariables,
  AWS_REGION: z.string(),
  /** The table of alerts, with the notification log. */
  ALERTS_TABLE: z.string(),
  /** The function's own queue: messages that come back later are told when. */
  QUEUE_URL: z.url(),
} as const;

/** For functions that show a picture. */
export const ChartVariables = {
  /** Name or ARN of draw-chart; absent: no pictures. */
  CHART_FUNCTION: z.string().optional(),
} as const;

export interface DeployedChannel {
  readonly AWS_REGION: string;
  readonly ALERTS_TABLE: string;
  readonly QUEUE_URL: string;
  readonly CHART_FUNCTION?: string | undefined;
}

/** What a channel's function is handed on AWS. */
export function deployedChannel(config: DeployedChannel, telemetry: Telemetry) {
  const { AWS_REGION: region, ALERTS_TABLE: table, QUEUE_URL, CHART_FUNCTION: functionName } = config;
  const { now, clock, problem } = telemetry;
  const store = createDynamoDbAlertStore({ region, table });
  return {
    log: openNotificationLog(store, now, randomUUID),
    secrets: keptSecrets(secretsManager({ region }), { now: clock }),
    charts: lambdaCharts({ region, functionName, onProblem: problem }),
    delay: sqsDelay(QUEUE_URL, { region }),
    now,
    random: Math.random,
    observe: channelObserver(telemetry),
  };
}

/** Counts by what became of notifications, and a line for each, by whose ids the thread goes on. */
export function channelObserver(telemetry: Telemetry): DeliverObserver {
  return {
    delivered(notification, outcome) {
      // An alarm looks at this one: that it is none is told as well.
      telemetry.measure('refused', Number(outcome === 'refused'));
      if (outcome !== 'refused') telemetry.measure(outcome, 1);
      const { receiver } = notification;
      telemetry.info(`notification ${outcome}`, { ...notificationThread(notification), receiver: receiver.name });
    },
    problem: telemetry.problem,
  };
}
