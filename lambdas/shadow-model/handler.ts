import { createCloudWatchTally } from '../../shared/adapters/cloudwatch/cloudwatch-tally';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { observedStep } from '../../shared/adapters/training/step-observer';
import { openChallenger, openModels, openTrainingWorkspace } from '../../shared/adapters/training/training-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { DEFAULT_SHADOW_RULES, judgeShadow } from '../../shared/training/judge-shadow';
import type { StepRequest } from '../../shared/training/steps/order';
import { beginShadow, judgeShadowRun, type ShadowServices } from '../../shared/training/steps/shadow';
import { type Config, ConfigSchema } from './config';

const HOUR_MS = 3_600_000;

interface Request extends StepRequest {
  readonly do: keyof typeof STEPS;
}
const STEPS = { begin: beginShadow, judge: judgeShadowRun } as const;

const telemetry = openTelemetry('shadow-model', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the state machine of training. */
export const handler = observedStep(telemetry, async (request: Request) => STEPS[request.do](await built(), request));

/** Runs once per cold start. */
async function buildServices(config: Config): Promise<ShadowServices> {
  const { AWS_REGION: region, ENVIRONMENT: environment, METRICS_NAMESPACE: namespace } = config;
  const tally = createCloudWatchTally({ region, environment, namespace });
  return {
    workspace: openTrainingWorkspace(config),
    registry: await openModels(config),
    challenger: openChallenger(region, config.SETTINGS_BUCKET),
    shadowMs: config.SHADOW_HOURS * HOUR_MS,
    judge: async ({ run, since, forMs, now }) => {
      const counts = await tally.tally(run, since, now);
      return judgeShadow(counts, now - since, { ...DEFAULT_SHADOW_RULES, msMin: forMs });
    },
    now: telemetry.now,
  };
}
