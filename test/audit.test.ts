import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SCRIPT = path.join(__dirname, '..', 'scripts', 'audit.mjs');
const SOUND = { version: '1.0.0', integrity: 'sha512-x', license: 'MIT' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-audit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Audits a lock file of these packages, without a registry. */
function audit(packages: Readonly<Record<string, object>>, ...args: string[]) {
  const entries = Object.entries(packages).map(([name, entry]) => [`node_modules/${name}`, entry] as const);
  const root = {
    name: 'audited',
    dependencies: Object.fromEntries(Object.keys(packages).map((name) => [name, '1.0.0'])),
  };
  const lock = { lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(entries) } };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(root));
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_fetch_retries: '0',
  };
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, encoding: 'utf8', env });
  return { status, said: stderr };
}

test('what is locked by a checksum, free and quiet passes', () => {
  expect(audit({ sound: SOUND }).status).toBe(0);
});

test.each([
  ['a package without a checksum', { version: '1.0.0', license: 'MIT' }, /bad has no checksum/],
  [
    'a package that is locked to a host',
    { ...SOUND, resolved: 'https://example.com/bad.tgz' },
    /bad is locked to a host/,
  ],
  ['a licence that nobody has looked at', { ...SOUND, license: 'SSPL-1.0' }, /bad has the licence SSPL-1.0/],
  ['a licence of which one part is unknown', { ...SOUND, license: 'MIT AND SSPL-1.0' }, /MIT AND SSPL-1.0/],
  ['a script that runs at install', { ...SOUND, hasInstallScript: true }, /bad runs a script at install/],
])('%s is told with the name of the package', (_, entry, words) => {
  const { status, said } = audit({ sound: SOUND, bad: entry });
  expect(status).toBe(1);
  expect(said).toMatch(words);
});

test('one licence of several to choose from is enough', () => {
  expect(audit({ choice: { ...SOUND, license: '(SSPL-1.0 OR MIT)' } }).status).toBe(0);
});

test('licences of tools of development are not shipped and not judged', () => {
  expect(audit({ tool: { ...SOUND, license: 'SSPL-1.0', dev: true } }).status).toBe(0);
});

test('a registry that does not answer is told, and fails when that is asked for', () => {
  const { status, said } = audit({ sound: SOUND });
  expect([status, said]).toEqual([0, expect.stringContaining('does not answer about vulnerabilities')]);
  expect(audit({ sound: SOUND }, '--strict').status).toBe(1);
});
