// `cdk deploy` into an AWS emulator on this machine, with Redis, InfluxDB and the model server by URL: what is deployed is
// fed, watched, updated and deleted as its users would. Nothing can reach a real account.
//   npm run test:deploy
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startModelServerProcess } from '../../apps/local/live/model-server-process';
import { createChildren } from './children';
import { openEmulator } from './emulator';
import { childEnvironment, serverUrl } from './environment';
import { EMULATOR_LOG, lastLines } from './function-logs';
import { openSinks } from './sinks';
import { STEPS } from './steps';
import type { Step, World } from './world';

const begun = performance.now();
const root = fileURLToPath(new URL('../../..', import.meta.url));
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));

process.exitCode = await test();
// Whatever a client may still hold open: all that was started has ended.
process.exit();

async function test(): Promise<number> {
  // Outside of the clone: whoever misses a package there would miss it on AWS too.
  const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-deploy-'));
  const home = path.join(folder, 'home');
  mkdirSync(home);
  const emulatorUrl = serverUrl('AWS_ENDPOINT_URL');
  const environment = childEnvironment(home, emulatorUrl);
  // The product's own clients, which this program uses too, find here what children find.
  for (const name of Object.keys(process.env))
    if (name.startsWith('AWS_') && name !== EMULATOR_LOG) delete process.env[name];
  Object.assign(process.env, environment);
  const children = createChildren(environment, interrupted.signal);
  const emulator = openEmulator(emulatorUrl);
  const model = await startModelServerProcess(path.join(root, 'dist/apps/model-server/main.mjs'), (error) =>
    console.error(error.message),
  );
  const sinks = await openSinks();
  const world: World = {
    root,
    folder,
    children,
    emulator,
    urls: {
      emulator: emulatorUrl,
      redis: serverUrl('REDIS_URL'),
      influx: serverUrl('INFLUX_URL'),
      model: model.url,
      mlflow: serverUrl('MLFLOW_TRACKING_URI'),
    },
    model: {
      pause: () => process.kill(model.pid()!, 'SIGSTOP'),
      resume: () => process.kill(model.pid()!, 'SIGCONT'),
    },
    sinks,
    faultSentAt: 0,
    faultSeenMs: new Map(),
    resources: [],
    sent: { points: [], bodies: [], newest: new Map() },
  };
  try {
    for (const step of STEPS) await take(step, world);
    console.log('from PutRecord of the fault to');
    for (const [where, ms] of world.faultSeenMs) console.log(`${String(Math.round(ms)).padStart(7)} ms  ${where}`);
    console.log(`${STEPS.length} steps passed in ${seconds(begun)}`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    if (!interrupted.signal.aborted) console.error(await lastLines(world).catch(() => ''));
    return 1;
  } finally {
    children.endAll();
    emulator.close();
    sinks.close();
    await model.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function take({ name, limitMs, run }: Step, world: World): Promise<void> {
  const from = performance.now();
  const late = AbortSignal.timeout(limitMs);
  const stop = AbortSignal.any([late, interrupted.signal]);
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener('abort', () =>
      reject(late.aborted ? new Error(`not within ${limitMs / 1000} s: ${name}`) : interrupted.signal.reason),
    );
  });
  try {
    const found = await Promise.race([run(world), stopped]);
    console.log(`${seconds(from).padStart(8)}  ${name}: ${found}`);
  } catch (error) {
    console.log(`${seconds(from).padStart(8)}  FAILED ${name}`);
    throw error;
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
