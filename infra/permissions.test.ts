import { statementsOf } from './testing/statements';
import { ENVIRONMENTS, resourcesOf, synthesized, withManagedMlflow, withTimestream } from './testing/synthesized';

const rows = [ENVIRONMENTS, ['dev', 'prod'].map(withManagedMlflow), [withTimestream('dev')]];
const stages = rows.flatMap((some) => synthesized(some).stages);
/** `*` alone is for what knows no resource: see accepted-findings. */
const patterns = statementsOf(stages).flatMap(({ where, actions, resources }) =>
  resources
    .filter((resource) => resource.includes('*') && resource !== '*')
    .map((resource) => ({ where, environment: where.split('/')[0]!, actions, resource })),
);

/** What all environments of an account share, and what may be done there. */
const SHARED: readonly { readonly resource: RegExp; readonly actions: RegExp; readonly reason: string }[] = [
  {
    resource: /:log-group:\/aws\/sagemaker\/TrainingJobs:\*$/,
    actions: /^logs:(CreateLogStream|DescribeLogStreams)$/,
    reason: 'SageMaker has one log group for all jobs of an account; lines are put into streams of the own ones alone.',
  },
  {
    resource: /:log-group:\/aws\/sagemaker\/TrainingJobs:\*$/,
    actions: /^logs:(CreateLogGroup|PutRetentionPolicy)$/,
    reason: 'The same group is made where there is none, and its logs end.',
  },
  {
    resource: /:repository\/cdk-\*-<Ref>$/,
    actions: /^ecr:(BatchCheckLayerAvailability|BatchGetImage|GetDownloadUrlForLayer)$/,
    reason: 'The CDK keeps images of all environments in one repository; they are fetched and never put.',
  },
];

test('what is allowed by a pattern of names is of the environment: its own resource, or named after it', () => {
  expect(patterns.length).toBeGreaterThan(100);
  const isOwn = ({ environment, resource }: (typeof patterns)[number]) =>
    resource.startsWith('<') || new RegExp(`[:/]tidewatch([-/])${environment}\\1[^/]*\\*$`).test(resource);
  const isShared = ({ resource, actions }: (typeof patterns)[number]) =>
    actions.every((action) => SHARED.some((one) => one.resource.test(resource) && one.actions.test(action)));
  expect(patterns.filter((pattern) => !isOwn(pattern) && !isShared(pattern))).toEqual([]);
});

test('nothing is said to be shared that no pattern is about', () => {
  const isUsed = (one: (typeof SHARED)[number]) =>
    patterns.some(
      ({ resource, actions }) => one.resource.test(resource) && actions.some((action) => one.actions.test(action)),
    );
  expect(SHARED.filter((one) => !isUsed(one)).map(({ reason }) => reason)).toEqual([]);
});

test('jobs are named so that their own environment’s machine may run them, in the characters that SageMaker takes', () => {
  const longest = 'a2345678901234567890';
  const row = { ...ENVIRONMENTS.find(({ name }) => name === 'prod')!, name: longest };
  const { stacks, stages: own } = synthesized([row]);
  const definitions = resourcesOf(stacks, 'AWS::StepFunctions::StateMachine').map(({ properties }) =>
    JSON.stringify(properties['DefinitionString']),
  );
  const names = definitions
    .flatMap((text) => [...text.matchAll(/States\.Format\('([\w-]+-\{\})', States\.ArrayGetItem\(.*?, 4\)\)/g)])
    .map(([, name]) => name!.replace('{}', '0123456789ab'));
  expect(names).toEqual([expect.stringContaining('-train-'), expect.stringContaining('-evaluate-')]);
  const [allowed] = statementsOf(own).filter(({ actions }) => actions.includes('sagemaker:CreateTrainingJob'));
  const [prefix] = /tidewatch-.*(?=\*$)/.exec(allowed!.resources[0]!)!;
  for (const name of names) {
    expect(name.length).toBeLessThanOrEqual(63);
    expect(name.startsWith(prefix)).toBe(true);
  }
});

test.each(['dev-2', 'Dev', '2nd', 'a23456789012345678901', ''])(
  'an environment is not named "%s": its resources could be taken for another’s, or have no name',
  (name) => {
    expect(() => synthesized([{ ...ENVIRONMENTS[0]!, name }])).toThrow(/must be of lower-case letters and digits/);
  },
);
