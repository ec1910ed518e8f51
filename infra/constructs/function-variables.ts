import type { Environment as AbandonTraining } from '../../lambdas/abandon-training/config';
import type { Environment as Api } from '../../lambdas/api/config';
import type { Environment as ArchivePoints } from '../../lambdas/archive-points/config';
import type { Environment as DeployModel } from '../../lambdas/deploy-model/config';
import type { Environment as DetectAnomalies } from '../../lambdas/detect-anomalies/config';
import type { Environment as DrawChart } from '../../lambdas/draw-chart/config';
import type { Environment as EvaluateModel } from '../../lambdas/evaluate-model/config';
import type { Environment as GateModel } from '../../lambdas/gate-model/config';
import type { Environment as NotifyEmail } from '../../lambdas/notify-email/config';
import type { Environment as NotifySlack } from '../../lambdas/notify-slack/config';
import type { Environment as NotifyWebhook } from '../../lambdas/notify-webhook/config';
import type { Environment as PrepareInflux } from '../../lambdas/prepare-influx/config';
import type { Environment as PrepareTraining } from '../../lambdas/prepare-training/config';
import type { Environment as RegisterModel } from '../../lambdas/register-model/config';
import type { Environment as RescoreDegraded } from '../../lambdas/rescore-degraded/config';
import type { Environment as RouteAlerts } from '../../lambdas/route-alerts/config';
import type { Environment as ShadowModel } from '../../lambdas/shadow-model/config';
import type { Environment as TrainModel } from '../../lambdas/train-model/config';
import type { Environment as WatchDrift } from '../../lambdas/watch-drift/config';
import type { Environment as WatchSilence } from '../../lambdas/watch-silence/config';

/** Functions by their folder in lambdas/, with the input of the schema that each one checks its environment with. */
export interface DeployedEnvironments {
  'abandon-training': AbandonTraining;
  'deploy-model': DeployModel;
  'evaluate-model': EvaluateModel;
  'gate-model': GateModel;
  'prepare-training': PrepareTraining;
  'register-model': RegisterModel;
  'shadow-model': ShadowModel;
  'train-model': TrainModel;
  api: Api;
  'archive-points': ArchivePoints;
  'detect-anomalies': DetectAnomalies;
  'prepare-influx': PrepareInflux;
  'draw-chart': DrawChart;
  'notify-email': NotifyEmail;
  'notify-slack': NotifySlack;
  'notify-webhook': NotifyWebhook;
  'rescore-degraded': RescoreDegraded;
  'route-alerts': RouteAlerts;
  'watch-drift': WatchDrift;
  'watch-silence': WatchSilence;
}

export type FunctionName = keyof DeployedEnvironments;

/**
 * The variables that a template must give a function: those of its schema, as text. What its schema has no default for is
 * required here, so a missing one does not compile. Lambda itself sets those that begin with AWS.
 */
export type FunctionVariables<Name extends FunctionName> = Texts<DeployedEnvironments[Name]>;

type Texts<Input> = Input extends unknown
  ? {
      readonly [Key in keyof Input as Key extends `AWS_${string}` ? never : Key]: Input[Key] extends string | undefined
        ? Input[Key]
        : string;
    }
  : never;
