import path from 'node:path';
import { ACCOUNT, REGION } from './environment';
import type { World } from './world';

const CLI = 'node_modules/aws-cdk/bin/cdk';
const BOOTSTRAP_MS_MAX = 60_000;
const DEPLOY_MS_MAX = 150_000;
/** The line that says how a stack has ended. */
const STACK_EVENT = /^ *(✅|❌|\S+: creating)/;

/** Prepares the account, from an empty folder: there is no app to ask. */
export async function cdkBootstrap({ root, children, folder }: World): Promise<void> {
  await children.run({
    name: 'cdk bootstrap',
    args: [path.join(root, CLI), 'bootstrap', `aws://${ACCOUNT}/${REGION}`],
    cwd: folder,
    limitMs: BOOTSTRAP_MS_MAX,
  });
}

/**
 * Synthesizes and deploys every stack of the emulator's stage, as the documentation says for others.
 *
 * @param version folder, below this run's own, in which the templates stay
 * @param changed of what the stage is told of its servers
 */
export async function cdkDeploy(
  world: World,
  version: string,
  changed: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { urls } = world;
  await deployStage(world, ['--output', versionFolder(world, version)], {
    // Templates are checked against the resource types' schemas by the tests of infra/; here it would take most of the time.
    CDK_VALIDATION: 'false',
    REDIS_URL: urls.redis,
    INFLUX_URL: urls.influx,
    SAGEMAKER_URL: urls.model,
    MLFLOW_TRACKING_URI: urls.mlflow,
    ...changed,
  });
}

/** Deploys templates as they stand in the folder of a version. */
export async function cdkDeployAgain(world: World, version: string): Promise<void> {
  await deployStage(world, ['--app', versionFolder(world, version)]);
}

export function versionFolder({ folder }: World, version: string): string {
  return path.join(folder, 'cdk.out', version);
}

async function deployStage(
  { root, children }: World,
  what: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const options = ['--require-approval', 'never', '--progress', 'events', ...what];
  await children.run({
    name: 'cdk deploy',
    args: [path.join(root, CLI), 'deploy', 'emulator/*', ...options],
    cwd: root,
    env,
    limitMs: DEPLOY_MS_MAX,
    onLine: (line) => {
      if (STACK_EVENT.test(line)) console.log(`          ${line.trim()}`);
    },
  });
}
