import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { liveDocumentContract } from '../contracts/live-document.contract';
import { anArtifact } from '../contracts/model-registry.contract';
import { openLiveModelFile } from '../registry/live-model-file';
import { type FakeS3, startFakeS3 } from '../s3/testing/fake-s3';
import { createChallengerPlace } from './document-challenger';
import { openFileDocument } from './file-document';
import { createPointerDeployment } from './pointer-deployment';
import { openS3Document } from './s3-document';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-live-document-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const file = () => path.join(root, `${count++}`, 'live.json');

describe('a file', () => {
  liveDocumentContract(async () => {
    const name = file();
    return () => openFileDocument(name);
  });
});

describe('an object of a bucket', () => {
  let s3: FakeS3;
  const open: { close(): void }[] = [];
  beforeEach(async () => {
    s3 = await startFakeS3('settings');
  });
  afterEach(async () => {
    for (const one of open.splice(0)) one.close();
    await s3.close();
  });
  const document = () => {
    const made = openS3Document({ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'settings', key: 'live.json' });
    open.push(made);
    return made;
  };
  liveDocumentContract(async () => document);

  it('is named in the error when it may not be written', async () => {
    s3.fate = () => ({ error: 'AccessDenied', status: 403 });
    await expect(document().write('x')).rejects.toThrow('s3://settings/live.json refuses (AccessDenied)');
  });
});

describe('a deployment by the pointer', () => {
  const deployed = (version: number) => ({ run: `run-${version}`, version, artifact: anArtifact(version) });
  const live = (version: number) => ({ registryVersion: version, model: anArtifact(version) });
  const opened = () => {
    const pointer = openLiveModelFile(file());
    return { pointer, deployment: createPointerDeployment(pointer) };
  };

  it('is live with its writing, and again is nothing new', async () => {
    const { pointer, deployment } = opened();
    for (let i = 0; i < 2; i++) await deployment.begin(deployed(1));
    expect(await pointer.read()).toEqual(live(1));
    expect(await deployment.look(deployed(1))).toEqual({ state: 'live' });
  });

  it('is taken back to what was there before: a model, or the built-in one', async () => {
    const { pointer, deployment } = opened();
    const atFirst = await deployment.current();
    await deployment.begin(deployed(1));
    const before = await deployment.current();
    await deployment.begin(deployed(2));
    await deployment.takeBack(deployed(2), before);
    expect(await pointer.read()).toEqual(live(1));
    await deployment.takeBack(deployed(1), atFirst);
    expect(await pointer.read()).toEqual({ registryVersion: null, model: null });
  });

  it('leaves alone what others have put there since, and says so', async () => {
    const { pointer, deployment } = opened();
    await deployment.begin(deployed(1));
    await pointer.write(live(2));
    await deployment.takeBack(deployed(1), await deployment.current());
    expect(await pointer.read()).toEqual(live(2));
    expect(await deployment.look(deployed(1))).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/another model/),
    });
  });
});

test('a challenger is taken away by its own run alone', async () => {
  const document = openFileDocument(file());
  const place = createChallengerPlace(document);
  await place.remove('run-1');
  expect(await place.current()).toBeUndefined();
  const challenger = { run: 'run-1', since: 1, model: anArtifact(1) };
  await place.put(challenger);
  expect(await place.current()).toBe('run-1');
  await place.remove('run-2');
  expect(JSON.parse((await document.read())!)).toEqual(challenger);
  await place.remove('run-1');
  expect(await document.read()).toBeUndefined();
  await document.write('no JSON');
  expect(await place.current()).toBeUndefined();
  await place.remove('run-1');
  expect(await document.read()).toBe('no JSON');
});
