import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { stat, statfs, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { type Finding, missing, ok } from './finding';

const NODE_MAJOR_MIN = 20;
const DISK_BYTES_MIN = 500_000_000;

/** What `tidewatch start` cannot do without. */

export function nodeVersion(version: string): Finding {
  const major = Number(version.split('.')[0]);
  if (major >= NODE_MAJOR_MIN) return ok('Node.js', version);
  return missing(
    'Node.js',
    `${version} is too old`,
    `install version ${NODE_MAJOR_MIN} or newer from https://nodejs.org`,
  );
}

/** A package with native code: is there a build of it for this machine? */
export async function nativePackage(name: string, use: string, load: () => Promise<unknown>): Promise<Finding> {
  try {
    await load();
    return ok(name, use);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    return missing(
      name,
      `cannot be loaded (${why})`,
      `run npm ci here, with optional packages; prebuilt for Linux, macOS and Windows on x64 and arm64 (this is ${process.platform} ${process.arch})`,
    );
  }
}

export async function dataFolder(folder: string): Promise<Finding[]> {
  const path = resolve(folder);
  const existing = await nearestExisting(path);
  const writable = await problemOfWriting(existing, path);
  const name = 'data folder';
  const found =
    writable === undefined
      ? ok(name, existing === path ? path : `${path} (will be made)`)
      : missing(name, `${path}: ${writable}`, 'give another one with --data, or make it writable for this user');
  return [found, await diskSpace(existing)];
}

async function nearestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    if (await stat(at).catch(() => undefined)) return at;
    if (dirname(at) === at) return at;
  }
}

/** Writes and removes a file if the folder exists; nothing is made if it does not. */
async function problemOfWriting(existing: string, path: string): Promise<string | undefined> {
  try {
    if (!(await stat(existing)).isDirectory()) return `${existing} is not a folder`;
    if (existing !== path) accessSync(existing, constants.W_OK | constants.X_OK);
    else {
      const probe = join(existing, `.doctor-${randomBytes(6).toString('hex')}`);
      await writeFile(probe, 'probe', { flag: 'wx' });
      await unlink(probe);
    }
    return undefined;
  } catch (error) {
    return `cannot be written (${(error as NodeJS.ErrnoException).code ?? error})`;
  }
}

async function diskSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${(free / 1e9).toFixed(1)} GB free`;
  if (free >= DISK_BYTES_MIN) return ok('disk space', detail);
  return missing('disk space', detail, `free ${DISK_BYTES_MIN / 1e6} MB or give a folder on another disk with --data`);
}

/** @param port 0: any */
export async function listening(port: number): Promise<Finding> {
  const name = port === 0 ? 'loopback' : `port ${port}`;
  const problem = await new Promise<string | undefined>((settle) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => settle(undefined)));
  });
  if (problem === undefined) return ok(name, port === 0 ? 'the parts can talk to each other' : 'free');
  if (problem === 'EADDRINUSE') return missing(name, 'in use by another program', 'stop it, or give another port');
  return missing(
    name,
    `cannot be listened on (${problem})`,
    'allow this user to listen on 127.0.0.1, or give a port above 1023',
  );
}
