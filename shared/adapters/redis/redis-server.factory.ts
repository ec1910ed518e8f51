import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventuallyTrue } from './eventually.factory';

/**
 * A redis-server of a test's own, on 127.0.0.1, with nothing kept but what its folder holds. Whoever halts a server, breaks its
 * connections or counts its commands does that here: other tests run beside on the servers that all share.
 */
export interface OwnRedis {
  readonly port: number;
  readonly url: string;
  readonly admin: Redis;
  /** Takes connections, and answers nothing until it is resumed. */
  halt(): void;
  resume(): void;
  /** From now on what writes waits for its answer; resolves to a function that breaks the one connection that so waits, and lets writes be. */
  holdWrites(): Promise<() => Promise<void>>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

type AdminAccess = { readonly tls?: { readonly ca: string } };
type RedisSettings = Readonly<Record<string, string>>;

export async function startOwnRedis(settings: RedisSettings = {}, access: AdminAccess = {}): Promise<OwnRedis> {
  for (;;) {
    const server = await startedAt(await portWithBus(), settings, access);
    if (server !== undefined) return server;
  }
}

/** @returns nothing if another program took the port first */
async function startedAt(port: number, settings: RedisSettings, access: AdminAccess): Promise<OwnRedis | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-own-redis-'));
  const where = settings['tls-port'] === 'PORT' ? { port: '0', 'tls-port': `${port}` } : { port: `${port}` };
  const all = { bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', ...settings, ...where };
  const args = Object.entries(all).flatMap(([name, value]) => [
    `--${name}`,
    ...(value === '' ? [''] : value.split(' ')),
  ]);
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  // Commands wait here until the server takes connections, however long that is.
  const client = new Redis({ ...access, host: '127.0.0.1', port, maxRetriesPerRequest: null });
  client.on('error', () => {});
  const kill = () => ended(child, 'SIGKILL');
  const stop = async () => {
    client.disconnect();
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await answersAt(client, child))) {
    await stop();
    if (said.includes('Address already in use')) return undefined;
    throw new Error(`redis-server ended before it was ready:\n${said}`);
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    admin: client,
    halt: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    holdWrites: () => heldWrites(client),
    kill,
    stop,
  };
}

/** Is it this process that answers? Another server may have the port. */
async function answersAt(client: Redis, child: ChildProcess): Promise<boolean> {
  const gone = once(child, 'close').then(() => undefined);
  const answer = await Promise.race([client.info('server'), gone]);
  if (answer?.includes(`process_id:${child.pid}\r`)) return true;
  await gone;
  return false;
}

async function heldWrites(admin: Redis): Promise<() => Promise<void>> {
  await admin.call('CLIENT', 'PAUSE', String(3_600_000), 'WRITE');
  return async () => {
    const waiting = async () => /^id=(\d+) .* flags=b /m.exec(String(await admin.client('LIST')))?.[1];
    await eventuallyTrue(async () => (await waiting()) !== undefined);
    await admin.call('CLIENT', 'KILL', 'ID', (await waiting())!);
    await admin.call('CLIENT', 'UNPAUSE');
  };
}

/** Settings of a node. One that met no other knows no address of its own. */
export const CLUSTER_NODE = {
  'cluster-enabled': 'yes',
  'cluster-config-file': 'nodes.conf',
  'cluster-announce-ip': '127.0.0.1',
} as const;
const SLOTS = 16_384;

/** Nodes that share the slots out among them; each knows of all the others. */
export async function startOwnCluster(
  count: number,
  settings: RedisSettings = {},
  access: AdminAccess = {},
): Promise<readonly OwnRedis[]> {
  const nodes = await Promise.all(
    Array.from({ length: count }, () => startOwnRedis({ ...CLUSTER_NODE, ...settings }, access)),
  );
  const border = (i: number) => Math.round((SLOTS * i) / count);
  for (const [i, { admin }] of nodes.entries()) {
    await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', String(border(i)), String(border(i + 1) - 1));
    if (i > 0) await admin.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[0]!.port));
  }
  for (const { admin } of nodes)
    await eventuallyTrue(async () => {
      const info = String(await admin.cluster('INFO'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_size:${count}\r`);
    });
  return nodes;
}

/** A certificate authority and a certificate for localhost and 127.0.0.1, as files and as text. */
export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-certificate-'));
  const file = (name: string) => join(folder, name);
  const openssl = (args: string) => execFileSync('openssl', args.split(' '), { stdio: 'pipe', cwd: folder });
  openssl('req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.crt -subj /CN=tests');
  openssl(
    'req -x509 -newkey rsa:2048 -nodes -days 2 -CA ca.crt -CAkey ca.key -keyout key.pem -out cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE',
  );
  return {
    ca: readFileSync(file('ca.crt'), 'utf8'),
    settings: {
      'tls-port': 'PORT',
      'tls-cert-file': file('cert.pem'),
      'tls-key-file': file('key.pem'),
      'tls-ca-cert-file': file('ca.crt'),
      'tls-auth-clients': 'no',
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((gone) => {
    child.once('exit', () => gone());
    child.kill(signal);
  });
}

/** A free port whose partner for a cluster's own talk, 10,000 above, can be had too. */
async function portWithBus(): Promise<number> {
  for (;;) {
    const port = await free(0);
    if (port < 55_000 && (await free(port + 10_000).catch(() => undefined)) !== undefined) return port;
  }
}

function free(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
