import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { DEFAULT_SHADOW_RULES, SHADOW_HOURS_MAX } from '../shared/training/judge-shadow';
import type { Environment } from './config/environment';
import { MLFLOW_ACTIONS } from './constructs/model-registry';
import { statementsOf } from './testing/statements';
import { ENVIRONMENTS, resourcesOf, synthesized, withManagedMlflow, withTimestream } from './testing/synthesized';

/** What a row may say and no row of ours does. */
const dev = ENVIRONMENTS.find(({ name }) => name === 'dev')!;
const resources = (row: Environment, type: string) => resourcesOf(synthesized([row]).stacks, type);
const model = { kind: 'url', url: 'http://10.20.0.5:8080' } as const;
const egress = (row: Environment) => {
  const [group] = resources(row, 'AWS::EC2::SecurityGroup').filter(({ id }) => id.startsWith('NetworkFunctions'));
  return group!.properties['SecurityGroupEgress'] as readonly Readonly<Record<string, unknown>>[];
};

test.each<[string, readonly string[], number]>([
  ['a row without operators is deployed with a warning: nobody would hear of its alarms', [], 1],
  ['a row with operators is deployed without', ['oncall@example.com'], 0],
])('%s', (_, operators, warnings) => {
  const { stack } = synthesized([{ ...dev, operators }]).stacks[0]!;
  const told = Annotations.fromStack(stack).findWarning(
    '*',
    Match.stringLikeRegexp('^dev: nobody hears of its alarms'),
  );
  expect(told).toHaveLength(warnings);
});

describe('a server by URL', () => {
  test('that nothing leads to from the network is refused before anything is deployed', () => {
    expect(() => synthesized([{ ...dev, model }])).toThrow(/dev: nothing leads from the network to model by URL/);
    expect(() => synthesized([{ ...dev, store: { kind: 'url', url: 'https://influx:8086' } }])).toThrow(
      / to store by URL/,
    );
  });

  test('is reached where the row says that it is, at its port alone', () => {
    const rules = egress({ ...dev, model: { ...model, reachedAt: { cidr: '10.20.0.0/24', port: 8080 } } });
    expect(rules).toHaveLength(2);
    expect(rules).toContainEqual(expect.objectContaining({ CidrIp: '10.20.0.0/24', FromPort: 8080, ToPort: 8080 }));
  });
});

test.each([
  ['tidewatch/points/+', ' WHERE source = topic(3) AND isUndefined(redriven)'],
  ['pumps/+/data', ' WHERE source = topic(2) AND isUndefined(redriven)'],
  ['plants/+/pumps/+', ''],
  ['pumps/#', ''],
])('a device that publishes on %s speaks for itself alone, where the topic tells who it is', (iotTopic, condition) => {
  const [rule] = resources({ ...dev, iotTopic }, 'AWS::IoT::TopicRule');
  expect(rule!.properties['TopicRulePayload']).toMatchObject({ Sql: `SELECT * FROM '${iotTopic}'${condition}` });
});

describe('mail', () => {
  const mayUse = (alerts: Environment['alerts']) =>
    statementsOf(synthesized([{ ...dev, alerts }]).stages)
      .filter(({ actions }) => actions.some((action) => action.startsWith('ses:')))
      .flatMap(({ where, actions, resources }) => {
        expect(where).toContain('/NotifyEmailRole/');
        expect(actions).toEqual(['ses:SendEmail', 'ses:SendRawEmail']);
        return resources.map((resource) => resource.split(':').at(-1)!);
      })
      .sort();

  test.each<[string, Environment['alerts'], string[]]>([
    ['as nobody, where the row names nobody', {}, []],
    [
      'as the sender of the row, whether SES has verified the address or its domain',
      { mailFrom: 'oncall@example.com' },
      ['identity/example.com', 'identity/oncall@example.com'],
    ],
    [
      'as what else the row names, and with the configuration sets that these have',
      {
        mailFrom: 'oncall@example.com',
        mailIdentities: ['example.com', 'plant.example.org'],
        mailConfigurationSets: ['plain'],
      },
      ['configuration-set/plain', 'identity/example.com', 'identity/oncall@example.com', 'identity/plant.example.org'],
    ],
  ])('is sent %s', (_, alerts, expected) => {
    expect(mayUse(alerts)).toEqual(expected);
  });

  test.each<Environment['alerts']>([
    ...['*', '*@example.com', 'example.?om', 'On Call <oncall@example.com>', 'oncall', 'a$@example.com'].map(
      (identity) => ({
        mailIdentities: [identity],
      }),
    ),
    { mailFrom: '*' },
    { mailConfigurationSets: ['*'] },
  ])('is not sent as a pattern of names, or as no name: %j is refused before anything is deployed', (alerts) => {
    expect(() => mayUse(alerts)).toThrow(/^dev: .* is no (address or domain of mail|configuration set)$/);
  });
});

describe('what new series borrow', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-prior-row-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'fleet.json');
  const text = JSON.stringify({ version: 1, name: 'fleet', metrics: {} });
  writeFileSync(file, text);
  const lent = (prior: string): Environment => ({ ...dev, detection: { ...dev.detection, prior } });
  const withPrior = (row: Environment) =>
    resources(row, 'AWS::Lambda::Function')
      .filter(({ properties }) => JSON.stringify(properties['Environment'] ?? {}).includes('PRIOR_FILE'))
      .map(({ properties }) => properties);

  test('lies in a layer of what detects and of what says how replays go, and of nothing else', () => {
    const row = lent(file);
    const { stacks } = synthesized([row]);
    const [layer, ...others] = resourcesOf(stacks, 'AWS::Lambda::LayerVersion');
    expect(others).toEqual([]);
    const functions = resourcesOf(stacks, 'AWS::Lambda::Function').filter(({ properties }) => 'Layers' in properties);
    expect(functions.map(({ properties }) => properties['FunctionName']).sort()).toEqual([
      'tidewatch-dev-detect-anomalies',
      'tidewatch-dev-prepare-training',
    ]);
    for (const { properties } of functions) {
      expect(properties['Layers']).toEqual([{ Ref: layer!.id }]);
      expect(properties['Environment']).toMatchObject({ Variables: { PRIOR_FILE: '/opt/prior.json' } });
    }
    const { S3Key } = layer!.properties['Content'] as { readonly S3Key: string };
    const assembly = Stage.of(layer!.stack)!.assetOutdir;
    expect(readFileSync(path.join(assembly, `asset.${S3Key.replace('.zip', '')}`, 'prior.json'), 'utf8')).toBe(text);
  });

  test('is of nobody where the row names no file', () => {
    expect(withPrior(dev)).toEqual([]);
    expect(resources(dev, 'AWS::Lambda::LayerVersion')).toEqual([]);
  });

  test.each([
    ['is not there', path.join(folder, 'none.json'), undefined],
    ['holds something else', path.join(folder, 'other.json'), '{"version":1}'],
  ])('is refused before anything is deployed where the file %s', (_, at, content) => {
    if (content !== undefined) writeFileSync(at, content);
    expect(() => synthesized([lent(at)])).toThrow(/dev: detection.prior names .*, which cannot be read or is no prior/);
  });
});

test('the network lies in the zones that the row names', () => {
  const zones = ['eu-central-1b', 'eu-central-1c'] as const;
  const subnets = resources({ ...dev, network: { endpointZones: 1, zones } }, 'AWS::EC2::Subnet');
  expect(subnets.map(({ properties }) => properties['AvailabilityZone'])).toEqual(zones);
});

test('another revision of the token changes the token and whoever holds it, and nothing else', () => {
  const templates = [1, 2].map((tokenRevision) => {
    if (dev.store.kind !== 'timestream-influx') throw new Error('dev has another store now');
    const { stacks } = synthesized([{ ...dev, store: { ...dev.store, tokenRevision } }]);
    return stacks.flatMap(({ template }) => Object.entries(template.Resources));
  });
  const changed = templates[1]!.filter(
    ([, resource], i) => JSON.stringify(resource) !== JSON.stringify(templates[0]![i]![1]),
  );
  const names = changed.map(([, { Type, Properties = {} }]) => Properties['FunctionName'] ?? Type);
  expect(names.sort()).toEqual([
    'AWS::CloudFormation::CustomResource',
    'tidewatch-dev-detect-anomalies',
    'tidewatch-dev-draw-chart',
    'tidewatch-dev-rescore-degraded',
    'tidewatch-dev-watch-silence',
  ]);
});

describe('Timestream for LiveAnalytics', () => {
  test.each(['aws-key', 'own-key'] as const)(
    'reports rows that it did not keep to the quarantine, under the %s',
    (encryption) => {
      const { stacks } = synthesized([{ ...withTimestream('dev'), encryption }]);
      const tables = resourcesOf(stacks, 'AWS::Timestream::Table').map(({ properties }) => JSON.stringify(properties));
      expect(tables).toHaveLength(2);
      for (const table of tables) {
        expect(table).toMatch(/"BucketName":\{"Ref":"Quarantine/);
        expect(table).toContain(
          encryption === 'own-key' ? '"EncryptionOption":"SSE_KMS","KmsKeyId"' : '"EncryptionOption":"SSE_S3"',
        );
      }
      const writers = resourcesOf(stacks, 'AWS::IAM::Policy').map(({ properties }) => JSON.stringify(properties));
      const writing = writers.filter((policy) => policy.includes('timestream:WriteRecords'));
      expect(writing.length).toBeGreaterThan(2);
      expect(
        writing.filter((policy) => !policy.includes('/timestream/*') || !policy.includes('s3:GetBucketAcl')),
      ).toEqual([]);
    },
  );
});

describe('a training run', () => {
  const inShadow = (shadowHours: number) => ({ ...dev, training: { ...dev.training!, shadowHours } });

  test('has time enough for its hours in shadow, and for its jobs', () => {
    const timeOf = (shadowHours: number) => {
      const [machine] = resources(inShadow(shadowHours), 'AWS::StepFunctions::StateMachine').filter(
        ({ properties }) => properties['StateMachineName'] === 'tidewatch-dev-training',
      );
      const { 'Fn::Join': join } = machine!.properties['DefinitionString'] as { 'Fn::Join': [string, unknown[]] };
      const text = join[1].map((part) => (typeof part === 'string' ? part : 'arn')).join('');
      return (JSON.parse(text) as { TimeoutSeconds: number }).TimeoutSeconds / 3_600;
    };
    if (dev.training?.by.kind !== 'sagemaker') throw new Error('dev trains by functions now');
    const jobs = 2 * dev.training.by.hoursMax;
    expect(timeOf(SHADOW_HOURS_MAX)).toBeGreaterThan(SHADOW_HOURS_MAX + jobs);
    // Even where none is asked for, a challenger may wait for vectors.
    expect(timeOf(0)).toBeGreaterThan(DEFAULT_SHADOW_RULES.msMax / 3_600_000 + jobs);
  });

  test.each([-1, SHADOW_HOURS_MAX + 1, Number.NaN])('is refused %d hours in shadow before it is deployed', (hours) => {
    expect(() => synthesized([inShadow(hours)])).toThrow(/dev: shadowHours of training are .* 720 at most/);
  });
});

test('a secret that functions may not read is refused before anything is deployed', () => {
  expect(() => synthesized([{ ...dev, alerts: { linkKeysSecret: 'tidewatch/links' } }])).toThrow(
    /so not tidewatch\/links/,
  );
});

describe('an MLflow that the stacks make', () => {
  const { stacks } = synthesized([withManagedMlflow('prod')]);
  const all = (type: string) => resourcesOf(stacks, type);
  const [server] = all('AWS::SageMaker::MlflowTrackingServer');
  const policyOf = (id: string) =>
    all('AWS::IAM::Policy')
      .filter((one) => one.id.startsWith(id))
      .map(({ properties }) => JSON.stringify(properties))
      .join();
  const actionsOf = (id: string) =>
    [...new Set([...policyOf(id).matchAll(/"sagemaker-mlflow:(\w+)"/g)].map(([, action]) => action!))].sort();
  const actionsFor = (...uses: readonly (keyof typeof MLFLOW_ACTIONS)[]) =>
    uses.flatMap((use) => Object.values(MLFLOW_ACTIONS[use]).flat()).sort();

  test('is made only where a row asks for it', () => {
    expect(resourcesOf(synthesized().stacks, 'AWS::SageMaker::MlflowTrackingServer')).toEqual([]);
    expect(server?.stack.stackName).toBe('tidewatch-prod-stateful');
    expect(server?.resource.DeletionPolicy).toBe('Retain');
  });

  test('has its resources and what functions may do with it as they were', () => {
    const before = new Map(
      synthesized([ENVIRONMENTS.find(({ name }) => name === 'prod')!]).stacks.flatMap(({ template }) =>
        Object.entries(template.Resources).map(([id, resource]) => [id, JSON.stringify(resource)] as const),
      ),
    );
    const changed = stacks.flatMap(({ template }) =>
      Object.entries(template.Resources)
        .map(([id, resource]) => [id, JSON.stringify(resource)] as const)
        .filter(([id, text]) => before.get(id) !== text)
        .map(([id, text]) => `${id}: ${text}`),
    );
    expect(changed.join('\n')).toMatchSnapshot();
  });

  test('may be asked by each step for what the step does, at this server alone', () => {
    for (const id of ['TrainingPrepareTraining', 'TrainingGateModel'])
      expect(actionsOf(id)).toEqual(actionsFor('read'));
    for (const id of ['TrainingShadowModel', 'TrainingDeployModel', 'TrainingAbandonTraining'])
      expect(actionsOf(id)).toEqual(actionsFor('read', 'name'));
    expect(actionsOf('TrainingRegisterModel')).toEqual(actionsFor('read', 'name', 'register'));
    for (const id of ['Detection', 'Alerts', 'TrainingTrainModel']) expect(actionsOf(id)).toEqual([]);
    const statements = all('AWS::IAM::Policy').flatMap(
      ({ properties }) =>
        (properties['PolicyDocument'] as { Statement: { Action: unknown; Resource: unknown }[] }).Statement,
    );
    const asking = statements.filter(({ Action }) => JSON.stringify(Action).includes('sagemaker-mlflow:'));
    expect(asking).toHaveLength(6);
    expect(new Set(asking.map(({ Resource }) => JSON.stringify(Resource))).size).toBe(1);
    expect(JSON.stringify(asking[0]!.Resource)).toContain('MlflowServer');
  });

  test('is allowed all that the client calls, and nothing else', () => {
    const folder = path.join(__dirname, '../shared/adapters/registry/mlflow');
    const sources = readdirSync(folder).filter((file) => /^mlflow-\w+\.ts$/.test(file));
    const called = sources.flatMap((file) =>
      [
        ...readFileSync(path.join(folder, file), 'utf8').matchAll(/'((?:experiments|runs|[a-z]+-[a-z]+)\/[a-z-]+)'/g),
      ].map(([, what]) => what!),
    );
    expect(Object.values(MLFLOW_ACTIONS).flatMap(Object.keys).sort()).toEqual([...new Set(called)].sort());
  });

  test('keeps its artifacts in one prefix of the training bucket, under its key', () => {
    expect(JSON.stringify(server?.properties['ArtifactStoreUri'])).toMatch(/s3:\/\/.*Training.*\/mlflow/);
    const policy = policyOf('MlflowRole');
    expect(policy).toContain('kms:GenerateDataKey');
    expect([...policy.matchAll(/"(s3:\w+)"/g)].map(([, action]) => action)).toEqual([
      's3:GetObject',
      's3:PutObject',
      's3:ListBucket',
    ]);
    expect(policy.match(/\/mlflow\/\*/g)).toHaveLength(1);
  });

  test('that is there already is asked by ARN with the same rights', () => {
    const row = withManagedMlflow('dev');
    const uri = 'arn:aws:sagemaker:eu-central-1:123456789012:mlflow-tracking-server/ours';
    const registry = { kind: 'url', uri } as const;
    const policies = resources({ ...row, training: { ...row.training!, registry } }, 'AWS::IAM::Policy');
    const asking = policies.filter(({ properties }) => JSON.stringify(properties).includes('sagemaker-mlflow:'));
    expect(asking).toHaveLength(6);
    expect(asking.every(({ properties }) => JSON.stringify(properties).includes(`"Resource":"${uri}"`))).toBe(true);
  });
});

describe('an MLflow that is there already', () => {
  const uri = 'https://mlflow.example';
  const withRegistry = (more: object, env = dev): Environment => ({
    ...env,
    training: { ...env.training!, registry: { kind: 'url', uri, ...more } },
  });
  const basic = { user: 'tidewatch', passwordSecret: 'tidewatch/dev/mlflow' };
  const steps = ['PrepareTraining', 'GateModel', 'RegisterModel', 'ShadowModel', 'DeployModel', 'AbandonTraining'];
  type Policies = ReturnType<typeof resources>;
  const may = (policies: Policies, step: string, resource: string) => {
    const { properties } = policies.find(({ id }) => id.startsWith(`Training${step}Role`))!;
    const { Statement } = properties['PolicyDocument'] as {
      readonly Statement: readonly { readonly Action: string | string[]; readonly Resource: unknown }[];
    };
    return Statement.filter(({ Resource }) => JSON.stringify(Resource).includes(resource))
      .flatMap(({ Action }) => Action)
      .sort();
  };

  test('is asked as a user whose password stands in a secret, which those who ask may read', () => {
    const { stacks } = synthesized([withRegistry({ basic })]);
    const asking = resourcesOf(stacks, 'AWS::Lambda::Function')
      .map(({ properties }) => (properties['Environment'] as { Variables?: object } | undefined)?.Variables ?? {})
      .filter((variables) => 'MLFLOW_TRACKING_URI' in variables);
    expect(asking).toHaveLength(steps.length);
    for (const variables of asking)
      expect(variables).toMatchObject({
        MLFLOW_TRACKING_USERNAME: 'tidewatch',
        MLFLOW_TRACKING_PASSWORD_SECRET: 'tidewatch/dev/mlflow',
      });
    const policies = resourcesOf(stacks, 'AWS::IAM::Policy');
    for (const step of steps)
      expect([step, may(policies, step, ':secret:tidewatch/dev/mlflow-')]).toEqual([
        step,
        ['secretsmanager:GetSecretValue'],
      ]);
  });

  test('has its artifacts read by all who ask, and written by the step that registers, below their prefix and under their key', () => {
    const key = 'arn:aws:kms:eu-central-1:123456789012:key/0000';
    const artifacts = { bucket: 'models-of-ours', prefix: 'mlflow/', key };
    const policies = resources(withRegistry({ artifacts }), 'AWS::IAM::Policy');
    for (const step of steps) {
      const writes = step === 'RegisterModel';
      expect([step, may(policies, step, ':s3:::models-of-ours/mlflow/*')]).toEqual([
        step,
        writes ? ['s3:GetObject', 's3:PutObject'] : ['s3:GetObject'],
      ]);
      expect([step, may(policies, step, ':s3:::models-of-ours"')]).toEqual([step, ['s3:ListBucket']]);
      expect([step, may(policies, step, key)]).toEqual([
        step,
        writes ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
      ]);
    }
    expect(may(policies, 'TrainModel', 'models-of-ours')).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ['a token and a user', { basic, tokenSecret: 'tidewatch/dev/token' }, /a token or as a user, not both/],
    ['a password in its address', { uri: 'https://me:hush@mlflow.example' }, /^(?!.*hush).*set basic, and keep/],
  ])('is refused with %s before anything is deployed', (_, more, words) => {
    expect(() => synthesized([withRegistry(more)])).toThrow(words);
  });
});
