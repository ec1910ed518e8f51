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
 * Deploys every stack of the emulator's stage, as the documentation says for others.
 *
 * @param changed of what the stage is told of its servers
 */
export async function cdkDeploy(
  { root, children, folder, urls }: World,
  changed: Readonly<Record<string, string>> = {},
): Promise<void> {
  await children.run({
    name: 'cdk deploy',
    args: [
      ...[path.join(root, CLI), 'deploy', 'emulator/*', '--require-approval', 'never', '--progress', 'events'],
      ...['--output', path.join(folder, 'cdk.out')],
    ],
    cwd: root,
    // Templates are checked against the resource types' schemas by the tests of infra/; here it would take most of the time.
    env: {
      CDK_VALIDATION: 'false',
      REDIS_URL: urls.redis,
      INFLUX_URL: urls.influx,
      SAGEMAKER_URL: urls.model,
      MLFLOW_TRACKING_URI: urls.mlflow,
      ...changed,
    },
    limitMs: DEPLOY_MS_MAX,
    onLine: (line) => {
      if (STACK_EVENT.test(line)) console.log(`          ${line.trim()}`);
    },
  });
}
