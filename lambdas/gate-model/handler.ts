import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { trainingReportHtml } from '../../shared/adapters/report/training-report';
import { observedStep } from '../../shared/adapters/training/step-observer';
import { openModels, openTrainingWorkspace } from '../../shared/adapters/training/training-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { type GateServices, gateStep } from '../../shared/training/steps/gate';
import type { StepRequest } from '../../shared/training/steps/order';
import { type Config, ConfigSchema } from './config';

const telemetry = openTelemetry('gate-model', process.env);
const built = lazy(() => buildServices(parseConfig(ConfigSchema, process.env)));

/** Called by the state machine of training. */
export const handler = observedStep(telemetry, async (request: StepRequest) => gateStep(await built(), request));

/** Runs once per cold start. */
async function buildServices(config: Config): Promise<GateServices> {
  return { workspace: openTrainingWorkspace(config), registry: await openModels(config), report: trainingReportHtml };
}
