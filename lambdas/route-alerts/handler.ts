import type { Context, SQSEvent } from 'aws-lambda';
import { createDynamoDbAlertStore } from '../../shared/adapters/dynamodb/dynamodb-alert-store';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { createSnsNotificationTopic } from '../../shared/adapters/sns/sns-notification-topic';
import { createTurnQueue } from '../../shared/adapters/sqs/turn-queue';
import { alertingInForce } from '../../shared/alerting/rules-store';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { sqsHandler } from '../../shared/runtime/sqs';
import { type Config, ConfigSchema } from './config';
import { openObserver } from './observer';
import { routeAlerts, tickAlerts } from './route-alerts';
import type { Services } from './services';

/** Rules that were applied hold after this time at the latest. */
const RULES_FRESH_MS = 30_000;

const telemetry = openTelemetry('route-alerts', process.env);
const built = lazy(async () => buildServices(parseConfig(ConfigSchema, process.env)));
const onBatch = sqsHandler(built, routeAlerts);

/** Called by AWS: by its queues with a batch of messages, and by a schedule, whose event says nothing. */
export const handler = telemetry.invocations(async (event: SQSEvent | Record<string, unknown>, context: Context) =>
  'Records' in event
    ? onBatch(event as SQSEvent, context)
    : tickAlerts(await built(), () => context.getRemainingTimeInMillis()),
);

/** Runs once per cold start. */
function buildServices(config: Config): Services {
  const { AWS_REGION: region } = config;
  const store = createDynamoDbAlertStore({ region, table: config.ALERTS_TABLE });
  return {
    store,
    topic: createSnsNotificationTopic({ region, topicArn: config.NOTIFICATIONS_TOPIC_ARN }),
    alerting: alertingInForce(store, {
      clock: telemetry.clock,
      maxAgeMs: RULES_FRESH_MS,
      onProblem: telemetry.problem,
    }),
    callAt: createTurnQueue({ region, queueUrl: config.TURNS_QUEUE_URL, now: Date.now }),
    now: Date.now,
    // A message that is left comes back when its visibility ends.
    delay: { delay: async () => {} },
    turnsMax: config.TURNS_MAX,
    observe: openObserver(telemetry),
  };
}
