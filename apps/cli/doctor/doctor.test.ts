import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dataFolder, listening, nativePackage, nodeVersion } from './needed';
import { awsCredentials, optionalPrograms } from './optional';
import { reportText } from './run-doctor';

const folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['20.0.0', 'ok'],
  ['24.1.0', 'ok'],
  ['18.19.1', 'missing'],
])('Node %s is %s', (version, state) => {
  expect(nodeVersion(version).state).toBe(state);
});

test('a native package that cannot be loaded is missing, with what to do', async () => {
  const found = await nativePackage('lmdb', 'keeps', () => Promise.reject(new Error('no build found\nstack')));
  expect(found).toMatchObject({ state: 'missing', detail: 'cannot be loaded (no build found)' });
  expect(found.remedy).toContain('npm ci');
});

describe('the data folder', () => {
  it('is probed without a trace', async () => {
    const [found, disk] = await dataFolder(folder);
    expect(found).toMatchObject({ state: 'ok', detail: folder });
    expect(disk!.detail).toMatch(/GB free/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not made when it does not exist', async () => {
    const [found] = await dataFolder(path.join(folder, 'a', 'b'));
    expect(found).toMatchObject({ state: 'ok', detail: expect.stringContaining('will be made') });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cannot lie below a file', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect((await dataFolder(path.join(file, 'data')))[0]).toMatchObject({ state: 'missing' });
    rmSync(file);
  });
});

describe('ports', () => {
  let server: Server;
  afterEach(() => server?.close());

  it('are told apart: free, and in use', async () => {
    server = createServer();
    const port = await new Promise<number>((settle) =>
      server.listen(0, '127.0.0.1', () => settle((server.address() as { port: number }).port)),
    );
    expect(await listening(port)).toMatchObject({ state: 'missing', detail: 'in use by another program' });
    expect(await listening(0)).toMatchObject({ state: 'ok' });
  });
});

describe('optional parts', () => {
  it('are found along the path, if they can be run', () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'docker'), '');
    chmodSync(path.join(bin, 'docker'), 0o755);
    writeFileSync(path.join(bin, 'aws'), '');
    const states = optionalPrograms({ PATH: bin }).map(({ name, state }) => `${name} ${state}`);
    expect(states).toEqual(['Redis absent', 'Docker ok', 'AWS CLI absent']);
    expect(optionalPrograms({}).every(({ state }) => state === 'absent')).toBe(true);
  });

  it('say whether there are credentials and never what they are', () => {
    const secret = 'AKIAIOSFODNN7EXAMPLE';
    const found = awsCredentials({ AWS_ACCESS_KEY_ID: secret }, folder);
    expect(found.state).toBe('ok');
    expect(JSON.stringify(found)).not.toContain(secret);
    expect(awsCredentials({}, folder).state).toBe('absent');
  });
});

test('the report names what is missing and what to do', () => {
  const text = reportText([nodeVersion('18.0.0')], [], false);
  expect(text).toMatch(/MISSING {2}Node\.js {11}18\.0\.0 is too old\n +→ install version 20/);
});
