import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { tidewatchApp } from '../app';
import type { Environment } from '../config/environment';
import { environments } from '../config/environments';
import type { FunctionName } from '../constructs/function-variables';

const SERVERS = {
  redisUrl: 'redis://127.0.0.1:6379',
  influxUrl: 'http://127.0.0.1:8086/?db=tidewatch',
  modelUrl: 'http://127.0.0.1:8080',
};
export const ENVIRONMENTS: readonly Environment[] = environments(SERVERS);
/** A row of ours with an MLflow that the stacks make, which none of them has: it costs by the hour. */
export function withManagedMlflow(name: string): Environment {
  const row = ENVIRONMENTS.find((one) => one.name === name)!;
  if (row.training === undefined) throw new Error(`${name} does not train`);
  return { ...row, training: { ...row.training, registry: { kind: 'sagemaker', size: 'Small' } } };
}
/** A row of ours with Timestream for LiveAnalytics, which none of them has: it takes no new customers. */
export function withTimestream(name: string): Environment {
  const row = ENVIRONMENTS.find((one) => one.name === name)!;
  return { ...row, store: { kind: 'timestream', memoryHours: 24, magneticDays: 365, cell: 'cell2' } };
}
export const NAMES = ENVIRONMENTS.map(({ name }) => name);

const FUNCTIONS: Readonly<Record<FunctionName, true>> = {
  'abandon-training': true,
  'deploy-model': true,
  'evaluate-model': true,
  'gate-model': true,
  'prepare-training': true,
  'register-model': true,
  'shadow-model': true,
  'train-model': true,
  api: true,
  'archive-points': true,
  'detect-anomalies': true,
  'prepare-influx': true,
  'draw-chart': true,
  'notify-email': true,
  'notify-slack': true,
  'notify-webhook': true,
  'rescore-degraded': true,
  'route-alerts': true,
  'watch-drift': true,
  'watch-silence': true,
};

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** One stack as CloudFormation gets it. */
export interface Synthesized {
  readonly environment: Environment;
  readonly stack: Stack;
  readonly template: {
    readonly Resources: Readonly<Record<string, Resource>>;
    readonly Outputs?: Readonly<Record<string, unknown>>;
  };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The app over bundles that hold nothing: templates are the same whatever the functions' code. */
export function synthesized(some: readonly Environment[] = ENVIRONMENTS): {
  readonly stages: readonly Stage[];
  readonly stacks: readonly Synthesized[];
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-synthesized-'));
  folders.push(folder);
  const { stages } = tidewatchApp(some, emptyBundles(folder), path.join(folder, 'cdk.out'));
  const stacks = stages.flatMap(({ stateful, stateless }, i) =>
    [stateful, stateless].map((stack) => ({
      environment: some[i]!,
      stack,
      template: Template.fromStack(stack).toJSON() as Synthesized['template'],
    })),
  );
  return { stages, stacks };
}

function emptyBundles(folder: string) {
  const at = (...names: string[]) => path.join(folder, ...names);
  for (const name of Object.keys(FUNCTIONS)) {
    mkdirSync(at(name));
    writeFileSync(at(name, 'handler.mjs'), `// ${name}\n`);
  }
  mkdirSync(at('image'));
  writeFileSync(at('image', 'Dockerfile'), 'FROM scratch\n');
  return { functions: folder, modelServer: at('image') };
}

/** Resources of a type, with the stack that they are in. */
export function resourcesOf(stacks: readonly Synthesized[], type: string) {
  return stacks.flatMap(({ environment, stack, template }) =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, resource]) => ({
        environment,
        stack,
        template,
        id,
        where: `${stack.stackName}/${id}`,
        properties: resource.Properties ?? {},
        resource,
      })),
  );
}
