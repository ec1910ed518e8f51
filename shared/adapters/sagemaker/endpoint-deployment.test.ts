import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clockAheadWhen } from '../../../test/factories/clock-ahead';
import { A_REQUEST, newTrainingWorld } from '../../../test/factories/training-world';
import { TransientFault } from '../../detection/ports';
import { walkSteps } from '../../training/steps/walk';
import { anArtifact } from '../contracts/model-registry.contract';
import { openFileDocument } from '../live/file-document';
import { createEndpointDeployment, deploymentName } from './endpoint-deployment';
import { ENDPOINT, type FakeControlPlane, POINTER, startFakeControlPlane } from './testing/fake-control-plane';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-deployment-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DEPLOYED = { run: 'run-1', version: 7, artifact: anArtifact(2) };
const NAME = `${ENDPOINT}-run-1`;
const SHIPPED = 'shipped-configuration';

let plane: FakeControlPlane;
const open: { close(): void }[] = [];
const started = async (instances: number) => {
  plane = await startFakeControlPlane(instances);
  for (const alarm of ['errors', 'latency']) plane.alarms.add(alarm);
};
beforeEach(() => started(2));
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await plane.close();
});

const deployment = (more = {}) => {
  const made = createEndpointDeployment({
    region: 'eu-central-1',
    endpointUrl: plane.url,
    endpointName: ENDPOINT,
    image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/tidewatch:1',
    roleArn: 'arn:aws:iam::123456789012:role/model',
    served: (run) => ({
      document: openFileDocument(path.join(root, run, 'model.json')),
      prefix: `s3://training/served/${run}/`,
    }),
    pointer: POINTER,
    alarms: ['errors', 'latency'],
    ...more,
  });
  open.push(made);
  return made;
};

describe('a deployment to an endpoint', () => {
  it('makes a model and a configuration of the run, and updates the endpoint in blue and green', async () => {
    await deployment().begin(DEPLOYED);
    expect(plane.models.get(NAME)).toMatchObject({
      EnableNetworkIsolation: true,
      PrimaryContainer: {
        ModelDataSource: { S3DataSource: { S3Uri: 's3://training/served/run-1/', CompressionType: 'None' } },
      },
    });
    expect(JSON.parse(readFileSync(path.join(root, 'run-1', 'model.json'), 'utf8'))).toEqual(anArtifact(2));
    const [before, after] = [SHIPPED, NAME].map((name) => plane.configurations.get(name)!.ProductionVariants[0]);
    expect(after).toEqual({ ...before, ModelName: NAME });
    expect(plane.updates).toEqual([
      expect.objectContaining({
        EndpointConfigName: NAME,
        DeploymentConfig: expect.objectContaining({
          AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }, { AlarmName: 'latency' }] },
        }),
      }),
    ]);
  });

  it.each([
    [1, 'ALL_AT_ONCE'],
    [2, 'CANARY'],
    [9, 'CANARY'],
  ])('of %d instances moves traffic %s', async (instances, type) => {
    await plane.close();
    await started(instances);
    await deployment().begin(DEPLOYED);
    const { TrafficRoutingConfiguration } = plane.updates[0]!.DeploymentConfig.BlueGreenUpdatePolicy;
    expect(TrafficRoutingConfiguration.Type).toBe(type);
  });

  it('is under way, then live; only then the pointer names it', async () => {
    const one = deployment();
    await one.begin(DEPLOYED);
    expect(await one.look(DEPLOYED)).toEqual({ state: 'under-way' });
    plane.finish('took-over');
    expect(await one.look(DEPLOYED)).toEqual({ state: 'live' });
    expect(plane.parameters.get(POINTER)).toBe('shipped');
    for (let i = 0; i < 2; i++) await one.keep(DEPLOYED);
    expect(plane.parameters.get(POINTER)).toBe(NAME);
  });

  it('that SageMaker took back has failed, in its words', async () => {
    const one = deployment();
    await one.begin(DEPLOYED);
    plane.finish('rolled-back');
    expect(await one.look(DEPLOYED)).toEqual({
      state: 'failed',
      reason: expect.stringMatching(/InService without the new model: the alarm model-errors fired/),
    });
  });

  it.each(['Failed', 'OutOfService', 'UpdateRollbackFailed'])('has failed when the endpoint is %s', async (status) => {
    plane.endpoint.status = status;
    expect(await deployment().look(DEPLOYED)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(status),
    });
  });

  it.each(['DescribeEndpoint', 'CreateModel', 'CreateEndpointConfig', 'UpdateEndpoint'])(
    'begun again after the answer to %s was lost makes nothing twice',
    async (action) => {
      let isLost = false;
      plane.fate = (asked) => {
        if (asked !== action || isLost) return 'works';
        isLost = true;
        return 'works-unanswered';
      };
      // Its time is over then: nothing is asked again.
      clockAheadWhen(() => isLost);
      await expect(deployment().begin(DEPLOYED)).rejects.toThrow(TransientFault);
      jest.restoreAllMocks();
      await deployment().begin(DEPLOYED);
      expect([plane.models.size, plane.configurations.size, plane.updates.length]).toEqual([1, 2, 1]);
      expect(plane.endpoint.pending).toBe(NAME);
    },
  );

  it('waits its turn while the endpoint is updated for another reason', async () => {
    plane.endpoint.status = 'Updating';
    await expect(deployment().begin(DEPLOYED)).rejects.toThrow(TransientFault);
    expect(plane.models.size).toBe(0);
  });

  it('is not begun with an alarm that does not exist: it could not go back', async () => {
    plane.alarms.delete('latency');
    await expect(deployment().begin(DEPLOYED)).rejects.toMatchObject({ name: 'AwsRefusal' });
    expect(plane.endpoint.status).toBe('InService');
  });
});

describe('taking back', () => {
  it('puts pointer and endpoint where they were', async () => {
    const one = deployment();
    const before = await one.current();
    await one.begin(DEPLOYED);
    plane.finish('took-over');
    await one.keep(DEPLOYED);
    await one.takeBack(DEPLOYED, before);
    expect([plane.parameters.get(POINTER), plane.endpoint.pending]).toEqual(['shipped', SHIPPED]);
  });

  it('does nothing when the endpoint never had the model, or has gone back', async () => {
    const one = deployment();
    const before = await one.current();
    await one.takeBack(DEPLOYED, before);
    await one.begin(DEPLOYED);
    plane.finish('rolled-back');
    await one.takeBack(DEPLOYED, before);
    expect(plane.updates).toHaveLength(1);
  });

  it('asks to be called again while the update is under way', async () => {
    const one = deployment();
    const before = await one.current();
    await one.begin(DEPLOYED);
    await expect(one.takeBack(DEPLOYED, before)).rejects.toThrow(TransientFault);
    plane.finish('took-over');
    await one.takeBack(DEPLOYED, before);
    expect(plane.endpoint.pending).toBe(SHIPPED);
  });

  it('leaves alone what others have deployed since', async () => {
    const one = deployment();
    const before = await one.current();
    await one.begin(DEPLOYED);
    plane.finish('took-over');
    plane.endpoint.configuration = 'by-hand';
    plane.parameters.set(POINTER, 'by-hand');
    await one.takeBack(DEPLOYED, before);
    expect([plane.updates.length, plane.parameters.get(POINTER)]).toEqual([1, 'by-hand']);
  });
});

describe('a run that deploys to an endpoint', () => {
  const walked = async (how: 'took-over' | 'rolled-back') => {
    const world = await newTrainingWorld(path.join(root, how));
    let looks = 0;
    const pause = async () => {
      // The first pause is the shadow run's.
      if (looks++ === 2) plane.finish(how);
    };
    const outcome = await walkSteps({ ...world.services, deployment: deployment(), pause }, A_REQUEST);
    return { outcome, champion: await world.services.registry.champion(), pointer: plane.parameters.get(POINTER) };
  };

  it('makes champion what has taken over', async () => {
    expect(await walked('took-over')).toMatchObject({ outcome: { result: 'live' }, champion: 2, pointer: NAME });
  });

  it('moves neither pointer nor alias for an induced bad deployment, which goes back by itself', async () => {
    expect(await walked('rolled-back')).toMatchObject({
      outcome: { result: 'rolled-back', version: 2, reasons: [expect.stringMatching(/the alarm model-errors fired/)] },
      champion: 1,
      pointer: 'shipped',
    });
    expect(plane.endpoint).toMatchObject({ status: 'InService', configuration: SHIPPED });
  });
});

test.each([
  ['run-1', 'tidewatch-dev-run-1'],
  ['x'.repeat(60), expect.stringMatching(/^tidewatch-dev-[0-9a-f]{16}$/)],
  ['ends-with-', expect.stringMatching(/^tidewatch-dev-[0-9a-f]{16}$/)],
])('the name for run %s is one that SageMaker takes', (run, name) => {
  expect(deploymentName(ENDPOINT, run)).toEqual(name);
  expect(deploymentName(ENDPOINT, run)).toBe(deploymentName(ENDPOINT, run));
});
