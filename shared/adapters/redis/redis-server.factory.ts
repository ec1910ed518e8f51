import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A redis-server of a test's own, on 127.0.0.1, with nothing kept but what its folder holds. */
export interface OwnRedis {
  readonly port: number;
  readonly admin: Redis;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnRedis(
  settings: Readonly<Record<string, string>>,
  admin: { tls?: { ca: string } } = {},
): Promise<OwnRedis> {
  const port = await portWithBus();
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-own-redis-'));
  const where = settings['tls-port'] === 'PORT' ? { port: '0', 'tls-port': `${port}` } : { port: `${port}` };
  const all = { bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', ...settings, ...where };
  const args = Object.entries(all).flatMap(([name, value]) => [
    `--${name}`,
    ...(value === '' ? [''] : value.split(' ')),
  ]);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const client = new Redis({ ...admin, host: '127.0.0.1', port });
  client.on('error', () => {});
  // Commands wait here until the server takes connections.
  await client.ping();
  const kill = () => ended(child, 'SIGKILL');
  return {
    port,
    admin: client,
    kill,
    async stop() {
      client.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
