// Looks at what the product brings along: known vulnerabilities, licences, scripts that run at install, and a lock file that can be
// trusted. Fails with what it found and what to do.
//   npm run audit [-- --strict]    strict: also fails when the registry does not answer about vulnerabilities
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const isStrict = process.argv.includes('--strict');

/** Licences that Apache-2.0 code may be shipped with. */
const LICENCES = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'CC0-1.0'],
  ...['Python-2.0', 'Unlicense', 'MPL-2.0', 'OFL-1.1', 'Zlib'],
]);
/** Packages that may run a script when they are installed: each builds nothing where its prebuilt part is there. */
const SCRIPTS = new Set([
  'lmdb',
  'msgpackr-extract',
  'unrs-resolver',
  'esbuild',
  '@swc/core',
  '@parcel/watcher',
  'fsevents',
]);
const SEVERE = ['high', 'critical'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const packages = Object.entries(lock.packages).filter(([place]) => place.startsWith('node_modules/'));
const problems = [...locked(), ...licensed(), ...scripted(), ...vulnerable()];
for (const problem of problems) console.error(`audit: ${problem}`);
if (problems.length === 0) console.log(`audit: ${packages.length} packages, nothing to object to`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** What is installed is what was locked, from whatever registry it comes. */
function locked() {
  return packages.flatMap(([place, { integrity, link, resolved, bundled, inBundle }]) => [
    ...(integrity || link || bundled || inBundle ? [] : [`${nameOf(place)} has no checksum in the lock file`]),
    ...(resolved && /^https?:/.test(resolved) ? [`${nameOf(place)} is locked to a host; see .npmrc`] : []),
  ]);
}

/** Of what users get; tools of development are not shipped. */
function licensed() {
  return packages.flatMap(([place, { dev, devOptional, license }]) => {
    if (dev || devOptional) return [];
    const said = license ?? installedLicence(place);
    if (said === undefined || isAllowed(said)) return [];
    return [`${nameOf(place)} has the licence ${said}: is it compatible? Then add it to scripts/audit.mjs`];
  });
}

function installedLicence(place) {
  const file = `${place}/package.json`;
  // Parts for other platforms are not installed; their licence is that of the package which asks for them.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).license ?? 'none') : undefined;
}

function isAllowed(expression) {
  const any = expression.replaceAll(/[()]/g, '').split(' OR ');
  return any.some((all) => all.split(' AND ').every((one) => LICENCES.has(one.trim())));
}

function scripted() {
  return packages
    .filter(([place, { hasInstallScript }]) => hasInstallScript && !SCRIPTS.has(nameOf(place)))
    .map(([place]) => `${nameOf(place)} runs a script at install: read it, then add it to scripts/audit.mjs`);
}

function vulnerable() {
  const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { encoding: 'utf8' });
  const answer = jsonOf(stdout);
  if (answer?.vulnerabilities === undefined) {
    const words = 'the registry does not answer about vulnerabilities; run this where it does';
    if (isStrict) return [words];
    console.warn(`audit: ${words}`);
    return [];
  }
  return Object.values(answer.vulnerabilities)
    .filter(({ severity }) => SEVERE.includes(severity))
    .map(({ name, severity, fixAvailable }) => {
      const way = fixAvailable ? 'npm audit fix' : 'no fix yet: replace or override it';
      return `${name} has a vulnerability of severity ${severity} (${way})`;
    });
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nameOf(place) {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
