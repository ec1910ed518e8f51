// The servers themselves. Each: its name, the variable that tells a user's programs where it is, and how it starts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MINISTACK, MLFLOW, program, pythonPackages } from './install.mjs';
import { freePort, ready, start } from './processes.mjs';

const HOST = '127.0.0.1';
const CLUSTER_NODES = 3;
/** A node of a cluster talks to others on its port plus this. */
const CLUSTER_BUS = 10_000;

/**
 * `launch(context)` starts the server in `context.folder`, tells `context.started` of each process at once, so that it is
 * stopped whatever happens next, and gives the variables when the server is ready.
 */
export const SERVERS = [
  { name: 'redis', variable: 'REDIS_URL', launch: launchRedis },
  { name: 'redis-cluster', variable: 'REDIS_CLUSTER_URL', launch: launchRedisCluster },
  { name: 'influxdb', variable: 'INFLUX_URL', launch: launchInflux },
  { name: 'aws', variable: 'AWS_ENDPOINT_URL', launch: launchAws },
  { name: 'mlflow', variable: 'MLFLOW_TRACKING_URI', launch: launchMlflow },
];

async function launchRedis(context) {
  const port = await freePort();
  await startRedis(context, 'redis', join(context.folder, 'redis'), port, {});
  return { REDIS_URL: `redis://${HOST}:${port}` };
}

async function launchRedisCluster(context) {
  const ports = [];
  for (let node = 0; node < CLUSTER_NODES; node++) {
    const port = await freePort(CLUSTER_BUS);
    // A node that a busy machine keeps waiting for seconds is not taken for lost: the time-out stays at its 15 s.
    const settings = { 'cluster-enabled': 'yes', 'cluster-config-file': 'nodes.conf' };
    await startRedis(
      context,
      `redis-cluster-${node}`,
      join(context.folder, 'redis-cluster', `${node}`),
      port,
      settings,
    );
    ports.push(port);
  }
  const cli = program('redis-cli', 'redis-tools');
  const nodes = ports.map((port) => `${HOST}:${port}`);
  const create = spawnSync(cli, ['--cluster', 'create', ...nodes, '--cluster-yes'], { encoding: 'utf8' });
  if (create.status !== 0) throw new Error(`the Redis Cluster was not formed:\n${create.stdout}${create.stderr}`);
  await Promise.all(
    ports.map((port, node) => ready(context.processes.get(`redis-cluster-${node}`), () => isWholeCluster(port))),
  );
  return { REDIS_CLUSTER_URL: `redis://${HOST}:${ports[0]}` };
}

async function startRedis(context, name, folder, port, more) {
  const settings = { port, bind: HOST, dir: folder, save: '""', appendonly: 'no', ...more };
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'redis.conf');
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key} ${quoted(value)}\n`)
      .join(''),
  );
  const command = program('redis-server', 'redis-server');
  const server = context.started(await start({ name, command, args: [file], folder }));
  await ready(server, async () => (await redisSays(port, 'PING')).startsWith('+PONG'));
}

async function isWholeCluster(port) {
  const info = await redisSays(port, 'CLUSTER INFO');
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${CLUSTER_NODES}`);
}

async function launchInflux(context) {
  const folder = join(context.folder, 'influxdb');
  const [http, rpc] = [await freePort(), await freePort()];
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'influxdb.conf');
  writeFileSync(file, influxSettings(folder, http, rpc));
  const command = program('influxd', 'influxdb');
  const server = context.started(await start({ name: 'influxdb', command, args: ['-config', file], folder }));
  const url = `http://${HOST}:${http}`;
  await ready(server, async () => (await fetch(`${url}/ping`)).status === 204);
  const created = await fetch(`${url}/query`, {
    method: 'POST',
    body: new URLSearchParams({ q: 'CREATE DATABASE tidewatch' }),
  });
  if (!created.ok) throw new Error(`InfluxDB made no database: ${await created.text()}`);
  return { INFLUX_URL: `${url}/?db=tidewatch` };
}

function influxSettings(folder, http, rpc) {
  return `reporting-disabled = true
bind-address = "${HOST}:${rpc}"
[meta]
  dir = "${join(folder, 'meta')}"
[data]
  dir = "${join(folder, 'data')}"
  wal-dir = "${join(folder, 'wal')}"
  query-log-enabled = false
[http]
  bind-address = "${HOST}:${http}"
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "warn"
`;
}

async function launchAws(context) {
  const folder = join(context.folder, 'aws');
  const port = await freePort();
  const env = {
    BIND_HOST: HOST,
    GATEWAY_PORT: String(port),
    MINISTACK_ACCOUNT_ID: '000000000000',
    MINISTACK_REGION: 'eu-central-1',
    S3_DATA_DIR: join(folder, 's3'),
    STATE_DIR: join(folder, 'state'),
    // Functions inherit it.
    LOG_LEVEL: 'INFO',
    // Functions find the SDK as they do in Lambda's runtime, and nothing else of this clone.
    NODE_PATH: runtimePackages(folder),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // It would otherwise look for containers of its own and tidy them up.
    DOCKER_HOST: `unix://${join(folder, 'no-docker')}`,
  };
  const command = join(pythonPackages(context.packages, MINISTACK), 'ministack');
  const server = context.started(await start({ name: 'aws', command, args: [], folder, env }));
  const url = `http://${HOST}:${port}`;
  await ready(server, async () => (await fetch(`${url}/_ministack/health`)).ok);
  return {
    AWS_ENDPOINT_URL: url,
    AWS_EMULATOR_LOG: server.log,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: '',
  };
}

async function launchMlflow(context) {
  const folder = join(context.folder, 'mlflow');
  const port = await freePort();
  const programs = pythonPackages(context.packages, MLFLOW);
  const args = [
    'server',
    ...['--host', HOST, '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`],
    ...['--artifacts-destination', join(folder, 'artifacts')],
  ];
  const env = {
    MLFLOW_DISABLE_TELEMETRY: 'true',
    DO_NOT_TRACK: 'true',
    // More processes, for evaluations that nobody asks it for.
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  };
  const command = join(programs, 'mlflow');
  const server = context.started(await start({ name: 'mlflow', command, args, folder, env }));
  const url = `http://${HOST}:${port}`;
  await ready(server, async () => (await fetch(`${url}/health`)).ok);
  // Tests read with its own client what ours has written.
  return { MLFLOW_TRACKING_URI: url, MLFLOW_PYTHON: join(programs, 'python') };
}

/** A folder as Lambda's runtime has it: the SDK alone. */
function runtimePackages(folder) {
  const packages = join(folder, 'runtime');
  mkdirSync(packages, { recursive: true });
  symlinkSync(fileURLToPath(new URL('../../node_modules/@aws-sdk', import.meta.url)), join(packages, '@aws-sdk'));
  return packages;
}

/** First answer to one command without arguments that need quoting. */
function redisSays(port, command) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, HOST, () => socket.write(`${command}\r\n`));
    socket.setTimeout(1_000, () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      resolve(answer.toString());
      socket.destroy();
    });
  });
}

function quoted(value) {
  return /^[\w.""-]*$/.test(value) ? value : JSON.stringify(value);
}
