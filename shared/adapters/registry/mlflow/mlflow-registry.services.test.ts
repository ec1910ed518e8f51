import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { FEATURES } from '../../../detection/model';
import { awsClientConfig } from '../../aws/aws-client';
import { anArtifact, aRecord, modelRegistryContract, SOME_DOCUMENTS } from '../../contracts/model-registry.contract';
import { signed } from './managed-server';
import { type MlflowRegistryOptions, openMlflowRegistry } from './mlflow-registry';
import { mlflowTarget } from './mlflow-target';

/** `npm run test:services` sets them. */
const [trackingUri, python, s3EndpointUrl] = ['MLFLOW_TRACKING_URI', 'MLFLOW_PYTHON', 'AWS_ENDPOINT_URL'].map(
  (name) => process.env[name]!,
) as [string, string, string];
const region = 'eu-central-1';
const target = mlflowTarget(trackingUri);
const s3 = new S3Client(
  awsClientConfig({ region, endpointUrl: s3EndpointUrl, attemptTimeoutMs: 60_000, concurrency: 4 }),
);
afterAll(() => s3.destroy());

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A registered model and an experiment of their own. */
async function fresh(inBucket: boolean) {
  const name = `tidewatch-${randomUUID()}`;
  if (inBucket) {
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    await fetch(`${trackingUri}/api/2.0/mlflow/experiments/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, artifact_location: `s3://${name}/some/where` }),
    });
  }
  return (more: Partial<MlflowRegistryOptions> = {}) => {
    const opened = openMlflowRegistry({
      ...{ target, modelName: name, experimentName: name, region },
      ...(inBucket ? { s3EndpointUrl } : {}),
      ...more,
    });
    open.push(opened);
    return { name, registry: opened };
  };
}

describe.each([
  ['behind it', false, /^mlflow-artifacts:/],
  ['in a bucket', true, /^s3:/],
])('a real MLflow server that keeps artifacts %s', (_, inBucket, uri) => {
  modelRegistryContract(async () => {
    const make = await fresh(inBucket);
    return () => make().registry;
  });

  it('shows its own client all that was registered', async () => {
    const { name, registry } = (await fresh(inBucket))();
    const records = [aRecord('run-1'), { ...aRecord('run-2'), promoted: false, dataset: 'f'.repeat(64) }];
    for (const [i, record] of records.entries()) await registry.register(anArtifact(i + 1), record, SOME_DOCUMENTS);
    await registry.promote(1);
    await registry.challenge(2);
    const seen = readBack(name);
    expect(seen.aliases).toEqual({ champion: '1', challenger: '2' });
    expect(seen.tags).toMatchObject({ 'tidewatch.champions': '[1]' });
    expect(seen.versions).toHaveLength(2);
    for (const [i, record] of records.entries()) {
      const version = seen.versions[i]!;
      const modelBytes = Buffer.from(version.artifacts['model/model.json']!, 'hex');
      expect(version).toMatchObject({
        version: i + 1,
        status: 'READY',
        aliases: [i === 0 ? 'champion' : 'challenger'],
        description: record.reasons.join('\n'),
        tags: {
          'tidewatch.run': record.run,
          'tidewatch.decision': record.promoted ? 'let through' : 'refused',
          'tidewatch.features': FEATURES.join(','),
          'tidewatch.sha256': createHash('sha256').update(modelBytes).digest('hex'),
        },
        run: {
          name: record.run,
          status: 'FINISHED',
          artifactUri: expect.stringMatching(uri),
          params: { pull: '5', testFrom: record.parameters['testFrom'] },
          metrics: record.metrics,
          tags: { 'tidewatch.run': record.run, 'tidewatch.dataset': record.dataset },
          datasets: [
            {
              name: 'points',
              digest: record.dataset.slice(0, 36),
              columns: FEATURES.length,
              tags: { 'mlflow.data.context': 'training' },
            },
          ],
        },
        modelFiles: expect.arrayContaining(['MLmodel', 'model.json']),
        inputs: [...FEATURES],
        outputs: ['anomaly', 'alarm'],
        flavors: { tidewatch: { model: 'model.json', schema: 1 } },
      });
      expect(JSON.parse(modelBytes.toString())).toEqual(anArtifact(i + 1));
      for (const [file, content] of Object.entries(SOME_DOCUMENTS))
        expect(version.artifacts[file]).toBe(content.toString('hex'));
    }
  });
});

it('a signature is the one that AWS’s own library makes', async () => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const arn = 'arn:aws:sagemaker:us-east-1:123456789012:mlflow-tracking-server/fleet';
  const base = 'https://us-east-1.experiments.sagemaker.aws/api/2.0/mlflow';
  const asked = [
    { method: 'GET', url: `${base}/registered-models/get?name=tidewatch`, body: '' },
    {
      method: 'GET',
      url: `${base}/model-versions/search?max_results=2&filter=name%20%3D%20%27a%20%C3%BC%27`,
      body: '',
    },
    { method: 'POST', url: `${base}/runs/create`, body: '{"name":"größe 🌊"}' },
    { method: 'DELETE', url: `${base}/registered-models/alias`, body: '{"alias":"champion"}' },
  ];
  const sent = [undefined, 'the/session+token=='].flatMap((sessionToken) =>
    asked.map((one, i) => ({ ...one, sessionToken, epochMs: Date.UTC(2026, 10, 22, 23, 59, i) })),
  );
  const ours: string[] = [];
  const theirs: unknown[] = [];
  for (const { method, url, body, sessionToken, epochMs } of sent) {
    const credentials = { ...keys, ...(sessionToken === undefined ? {} : { sessionToken }) };
    const authorize = signed({
      ...{ region: 'us-east-1', credentials, now: () => new Date(epochMs) },
      headers: { 'x-mlflow-sm-tracking-server-arn': arn },
    });
    const headers =
      body === '' ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    const bytes = body === '' ? undefined : Buffer.from(body);
    const { authorization, ...withOurs } = await authorize({ method, url, headers, body: bytes });
    ours.push(authorization!);
    theirs.push({ ...credentials, method, url, body, epochMs, region: 'us-east-1', headers: withOurs });
  }
  const input = JSON.stringify(theirs);
  const output = execFileSync(python, [path.join(__dirname, 'testing', 'sign.py')], { input, encoding: 'utf8' });
  expect(ours).toEqual(JSON.parse(output));
  expect(new Set(ours).size).toBe(sent.length);
});

interface Seen {
  readonly aliases: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly versions: readonly (Readonly<Record<string, unknown>> & {
    readonly artifacts: Readonly<Record<string, string>>;
  })[];
}

function readBack(modelName: string): Seen {
  const output = execFileSync(python, [path.join(__dirname, 'testing', 'read_back.py'), modelName], {
    encoding: 'utf8',
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' },
    maxBuffer: 100 * 1_048_576,
  });
  return JSON.parse(output.trim().split('\n').at(-1)!) as Seen;
}
