import { createDynamoDbAlertStore } from '../../shared/adapters/dynamodb/dynamodb-alert-store';
import { createKinesisProducer } from '../../shared/adapters/kinesis/kinesis-producer';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { openSettings } from '../../shared/adapters/s3/settings-variables';
import { keptSecrets } from '../../shared/adapters/secrets/kept-secrets';
import { secretsManager } from '../../shared/adapters/secrets/secrets-manager';
import { createTurnQueue } from '../../shared/adapters/sqs/turn-queue';
import { openAlertActions } from '../../shared/alerting/alert-actions';
import { alertingInForce } from '../../shared/alerting/rules-store';
import { parseConfig } from '../../shared/runtime/config';
import { type HttpEvent, requestOf, resultOf } from '../../shared/runtime/http';
import { lazy } from '../../shared/runtime/lazy';
import { answer } from './answer';
import { type Config, ConfigSchema } from './config';
import { buildServices } from './create-handler';
import type { Observer, Services } from './services';

/** A caller waits no longer for its points; what is not on the stream by then is posted again. */
const PUT_MS = 8_000;
const POINTS_PER_RECORD = 100;
const RULES_FRESH_MS = 30_000;

const telemetry = openTelemetry('api', process.env);
const services = lazy(async () => buildAll(parseConfig(ConfigSchema, process.env)));

/** Called by AWS for each request. */
export const handler = telemetry.invocations(async (event: HttpEvent) => {
  const built = await services();
  return resultOf(await answer(requestOf(event), built));
});

/** Runs once per cold start. */
function buildAll(config: Config): Services {
  const { AWS_REGION: region, STREAM: stream } = config;
  const { now, clock, problem } = telemetry;
  const store = createDynamoDbAlertStore({ region, table: config.ALERTS_TABLE });
  const alerting = alertingInForce(store, { clock, maxAgeMs: RULES_FRESH_MS, onProblem: problem });
  const callAt = createTurnQueue({ region, queueUrl: config.TURNS_QUEUE_URL, now });
  const pointsPerRecordMax = POINTS_PER_RECORD;
  return buildServices(config, {
    actions: openAlertActions({ store, alerting, callAt, now }),
    producer: createKinesisProducer({ stream, region, deadlineMs: PUT_MS, callTimeoutMs: 3_000, pointsPerRecordMax }),
    settings: openSettings(config, telemetry),
    secrets: keptSecrets(secretsManager({ region }), { now: clock }),
    now,
    observe: observer(),
  });
}

function observer(): Observer {
  return {
    answered: (kind, status) => telemetry.counts({ [kind]: 1, ...(status >= 500 ? { serverErrors: 1 } : {}) }),
    problem: telemetry.problem,
  };
}
