import { App } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import type { Environment } from './config/environment';
import { BUNDLES } from './constructs/deployed-function';
import { MODEL_SERVER_IMAGE } from './constructs/model-endpoint';
import { EnvironmentStage } from './stages/environment-stage';

export interface Built {
  /** Folder with the functions' bundles. */
  readonly functions: string;
  /** Folder with the model server's bundle and Dockerfile. */
  readonly modelServer: string;
}

/**
 * All environments as one app. Templates depend on what is given here and on nothing else: no clock, no path, no account.
 *
 * @param outdir where templates go; absent: where `cdk` wants them
 */
export function tidewatchApp(
  environments: readonly Environment[],
  built: Built,
  outdir?: string,
): { app: App; stages: EnvironmentStage[] } {
  const app = new App({
    analyticsReporting: false,
    ...(outdir === undefined ? {} : { outdir }),
    context: { ...CURRENTLY_RECOMMENDED_FLAGS, [BUNDLES]: built.functions, [MODEL_SERVER_IMAGE]: built.modelServer },
  });
  return { app, stages: environments.map((environment) => new EnvironmentStage(app, environment)) };
}
