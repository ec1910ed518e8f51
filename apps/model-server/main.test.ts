import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { anArtifact } from '../../shared/adapters/contracts/model-registry.contract';
import { encodeRows } from '../../shared/adapters/sagemaker/number-rows';
import { FEATURES } from '../../shared/detection/model';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-model-server-'));
const program = join(folder, 'main.mjs');
beforeAll(() => {
  // The bundle finds its packages here.
  symlinkSync(join(__dirname, '../../node_modules'), join(folder, 'node_modules'));
  buildSync({
    entryPoints: [join(__dirname, 'main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
  });
});
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the model server as a program', () => {
  it('says where it listens, scores, and ends on SIGTERM', async () => {
    const { child, exit, line } = start('--port', '0', '--host', '127.0.0.1');
    const { listening } = JSON.parse(await line) as { listening: string };
    expect(listening).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${listening}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: encodeRows([FEATURES.map(() => 0)]),
    });
    expect([answer.status, (await answer.text()).split(',')]).toEqual([200, ['0', '0\n']]);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('scores with the model that SageMaker has put into the container', async () => {
    const ml = join(folder, 'ml');
    mkdirSync(join(ml, 'model'), { recursive: true });
    writeFileSync(join(ml, 'model', 'model.json'), JSON.stringify(anArtifact(2)));
    const { line } = start('serve', '--port', '0', '--host', '127.0.0.1', '--ml', ml);
    const { listening } = JSON.parse(await line) as { listening: string };
    const answer = await fetch(`${listening}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: encodeRows([FEATURES.map(() => 0)]),
    });
    expect(answer.headers.get('x-amzn-sagemaker-custom-attributes')).toContain('model=weighted-2');
  });

  it.each<[string, string, RegExp]>([
    ['broken', '{"format":', /model\.json cannot be used/],
    [
      'of another schema',
      JSON.stringify({ ...anArtifact(2), schema: 9 }),
      /takes feature schema 9; this program makes/,
    ],
    ['none of ours', '{}', /not a model of ours/],
  ])('never answers with a model that is %s: the endpoint keeps what it had', async (_, text, words) => {
    const ml = mkdtempSync(join(folder, 'ml-'));
    mkdirSync(join(ml, 'model'));
    writeFileSync(join(ml, 'model', 'model.json'), text);
    const { exit, errors } = start('serve', '--port', '0', '--host', '127.0.0.1', '--ml', ml);
    expect(await exit).toBe(1);
    expect(errors()).toMatch(words);
  });

  it('ends with its parent when told to', async () => {
    const { child, exit, line } = start('serve', '--port', '0', '--host', '127.0.0.1', '--with-parent');
    await line;
    child.stdin!.end();
    expect(await exit).toBe(0);
  });

  it('lives on without its standard input otherwise', async () => {
    const { child, line } = start('--port', '0', '--host', '127.0.0.1');
    const { listening } = JSON.parse(await line) as { listening: string };
    child.stdin!.end();
    for (let i = 0; i < 20; i++) expect((await fetch(`${listening}/ping`)).status).toBe(200);
  });

  it.each<[string[], RegExp]>([
    [['guess'], /unknown command guess/],
    [['--port', 'http'], /--port must be a number/],
    [['--prot', '1'], /--prot/],
  ])('ends with 2 and its help for %j', async (args, message) => {
    const { exit, errors } = start(...args);
    expect(await exit).toBe(2);
    expect(errors()).toMatch(message);
    expect(errors()).toContain('Usage: serve');
  });

  it('ends with 1 and the reason when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const { exit, errors } = start('--port', `${(other.address() as AddressInfo).port}`, '--host', '127.0.0.1');
    expect(await exit).toBe(1);
    expect(errors()).toMatch(/EADDRINUSE/);
    await new Promise((closed) => other.close(closed));
  });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'], cwd: tmpdir() });
  children.push(child);
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
  return { child, exit, line, errors: () => text };
}
