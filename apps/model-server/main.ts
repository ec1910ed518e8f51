import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Model } from '../../shared/detection/model';
import { followLiveModel } from './live-model';
import { startModelServer } from './server';
import { shippedModel } from './shipped-model';
import { train } from './train/train';

const HELP = `Usage: serve [--port 8080] [--host 127.0.0.1] [--with-parent] [--live FILE] [--ml /opt/ml]
       train [--ml /opt/ml]

serve scores feature vectors over HTTP as a SageMaker container does: GET /ping, POST /invocations.
Prints {"listening":"http://…"} once it takes calls; SIGTERM ends it after the calls in hand.
train does one step of a training run as a SageMaker training job; SIGTERM ends it, and it can go on later.

  --port         port to listen on, 0 for any free one; default: SAGEMAKER_BIND_TO_PORT or 8080
  --host         address to listen on; default: 127.0.0.1, in a container 0.0.0.0
  --with-parent  end when the standard input ends, as it does when the parent process dies
  --live         score with the model of this file, live.json of a models folder, and follow it
  --ml           folder of SageMaker's: serve scores with its model/model.json if there is one, else with the built-in
`;

/** How long calls in hand may take after a signal before the process ends without them. */
const DRAIN_MS_MAX = 10_000;
const LOOK_EVERY_MS = 1_000;

async function main(): Promise<void> {
  const { command, port, host, withParent, live, ml } = options();
  if (command === 'train') {
    process.exitCode = await train(ml);
    return;
  }
  const model = live === undefined ? await shippedModel(ml) : await following(live);
  stepDown();
  const server = await startModelServer({ model, port, host });
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), DRAIN_MS_MAX).unref();
    server.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  if (withParent) process.stdin.once('end', end).once('error', end).resume();
  console.log(JSON.stringify({ listening: server.url }));
}

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: process.env['SAGEMAKER_BIND_TO_PORT'] ?? '8080' },
      host: { type: 'string', default: isContainer() ? '0.0.0.0' : '127.0.0.1' },
      'with-parent': { type: 'boolean', default: false },
      live: { type: 'string' },
      ml: { type: 'string', default: '/opt/ml' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const [command = 'serve'] = positionals;
  if (command !== 'serve' && command !== 'train') throw new UsageError(`unknown command ${command}`);
  if (!/^\d{1,5}$/.test(values.port)) throw new UsageError(`--port must be a number, not ${values.port}`);
  const { host, 'with-parent': withParent, live, ml } = values;
  return { command, port: Number(values.port), host, withParent, live, ml };
}

/** The image may run as root, which owns what SageMaker mounts; who answers calls need not be. */
function stepDown(): void {
  const user = process.env['SERVE_AS'];
  if (user === undefined || process.getuid?.() !== 0) return;
  process.setgid!(user);
  process.setuid!(user);
}

async function following(file: string): Promise<() => Model> {
  const live = followLiveModel(file, (message, model) => console.error(JSON.stringify({ message, model })));
  await live.look();
  setInterval(() => void live.look(), LOOK_EVERY_MS).unref();
  return live.current;
}

class UsageError extends Error {}

/** SageMaker mounts /opt/ml; Docker leaves its mark at the root. */
function isContainer(): boolean {
  return existsSync('/opt/ml') || existsSync('/.dockerenv');
}

function fail(error: unknown): void {
  const isUsage = error instanceof UsageError || error instanceof TypeError;
  console.error(
    `model-server: ${error instanceof Error ? error.message : String(error)}${isUsage ? `\n\n${HELP}` : ''}`,
  );
  process.exit(isUsage ? 2 : 1);
}

main().catch(fail);
