import type { Environment as ArchivePoints } from '../../lambdas/archive-points/config';
import type { Environment as DetectAnomalies } from '../../lambdas/detect-anomalies/config';
import type { Environment as PrepareInflux } from '../../lambdas/prepare-influx/config';
import type { Environment as RescoreDegraded } from '../../lambdas/rescore-degraded/config';
import type { Environment as WatchSilence } from '../../lambdas/watch-silence/config';

/** Functions by their folder in lambdas/, with the input of the schema that each one checks its environment with. */
export interface DeployedEnvironments {
  'archive-points': ArchivePoints;
  'detect-anomalies': DetectAnomalies;
  'prepare-influx': PrepareInflux;
  'rescore-degraded': RescoreDegraded;
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
