import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { anArtifact, aRecord } from '../../shared/adapters/contracts/model-registry.contract';
import { LIVE_FILE, openFolderRegistry } from '../../shared/adapters/registry/folder-registry';
import { decodeAttributes } from '../../shared/adapters/sagemaker/custom-attributes';
import { decodeRows, encodeRows } from '../../shared/adapters/sagemaker/number-rows';
import { FEATURES } from '../../shared/detection/model';
import { openWeightedModel } from '../../shared/detection/weighted-model';
import { followLiveModel } from './live-model';
import { startModelServer } from './server';

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-live-'));
const file = path.join(folder, LIVE_FILE);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const VECTOR = FEATURES.map(() => 2);

test('models are swapped while calls run: none fails, and each is scored by the model that it names', async () => {
  const registry = openFolderRegistry(folder);
  for (const weight of [2, 3]) await registry.register(anArtifact(weight), aRecord(`run-${weight}`));
  const live = followLiveModel(file, () => undefined);
  const server = await startModelServer({ model: live.current, port: 0, host: '127.0.0.1' });
  const expected = new Map(
    [2, 3].map((weight) => [`weighted-${weight}`, openWeightedModel(anArtifact(weight)).score(VECTOR).alarm]),
  );
  const seen = new Set<string>();
  const call = async () => {
    const answer = await fetch(`${server.url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: encodeRows([VECTOR]),
    });
    const { model } = decodeAttributes(answer.headers.get('x-amzn-sagemaker-custom-attributes') ?? undefined);
    const [row] = decodeRows(Buffer.from(await answer.text()), ['anomaly', 'alarm']);
    expect([answer.status, row![1]]).toEqual([200, expected.get(model!)]);
    seen.add(model!);
  };
  await registry.promote(1);
  await live.look();
  for (let round = 0; round < 20; round++) {
    const calls = Array.from({ length: 10 }, call);
    await registry.promote((round % 2) + 1);
    await live.look();
    await Promise.all(calls);
  }
  await server.close();
  expect([...seen].sort()).toEqual(['weighted-2', 'weighted-3']);
});

test.each<[string, string]>([
  ['no JSON', '{"model":'],
  ['null', 'null'],
  ['a model of another schema', JSON.stringify({ model: { ...anArtifact(1), schema: 9 } })],
])('a pointer that holds %s is told once, and the model stays', async (_, text) => {
  const told: string[] = [];
  writeFileSync(file, JSON.stringify({ model: anArtifact(2) }));
  const live = followLiveModel(file, (message) => told.push(message));
  await live.look();
  writeFileSync(file, text);
  await live.look();
  await live.look();
  expect([live.current().version, told.length]).toEqual(['weighted-2', 2]);
  expect(told[1]).toMatch(/cannot be used/);
});

test('without a pointer the built-in model scores, as after the last rollback', async () => {
  const live = followLiveModel(path.join(folder, 'none.json'), () => undefined);
  await live.look();
  expect(live.current().version).toBe('built-in-1');
  writeFileSync(file, JSON.stringify({ registryVersion: null, model: null }));
  const after = followLiveModel(file, () => undefined);
  await after.look();
  expect(after.current().version).toBe('built-in-1');
});
