// What the servers need on this machine, from Debian's packages and PyPI; nothing is done where it is there.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The AWS emulator; its own requirements bring hypercorn ≥ 0.18. */
export const MINISTACK = ['ministack==1.5.33'];
/** boto3 is what MLflow's own Python client reads buckets with. */
export const MLFLOW = ['mlflow==3.17.2', 'boto3==1.44.8'];

/** Installs a Debian package unless its program is there. Its system service is not started. */
export function program(name, debianPackage) {
  const found = () => ['', '/usr/bin/', '/usr/sbin/'].map((at) => at + name).find(canRun);
  const there = found();
  if (there !== undefined) return there;
  aptInstall(debianPackage);
  const installed = found();
  if (installed === undefined) throw new Error(`${debianPackage} was installed, but ${name} cannot be run`);
  return installed;
}

/** Packages of PyPI in a Python environment of their own; gives the folder of its programs. */
export function pythonPackages(folder, requirements) {
  const environment = join(folder, requirements.join('+').replaceAll('==', '-'));
  const programs = join(environment, 'bin');
  if (existsSync(join(environment, 'complete'))) return programs;
  rmSync(environment, { recursive: true, force: true });
  const python = program('python3', 'python3');
  if (spawnSync(python, ['-m', 'venv', environment]).status !== 0) {
    aptInstall('python3-venv');
    run(python, ['-m', 'venv', '--clear', environment]);
  }
  say(`installing ${requirements.join(' and ')} from PyPI`);
  run(join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...requirements]);
  // The last step: an environment that was left half made is made anew.
  writeFileSync(join(environment, 'complete'), '');
  return programs;
}

function canRun(path) {
  return spawnSync(path, ['--help'], { stdio: 'ignore' }).error === undefined;
}

function aptInstall(name) {
  const isRoot = process.getuid?.() === 0;
  const command = isRoot ? 'apt-get' : 'sudo';
  const before = isRoot ? [] : ['-n', 'apt-get'];
  // With this run level Debian's scripts start no service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  say(`installing ${name} from Debian's packages`);
  const install = () => spawnSync(command, [...before, 'install', '-y', '-qq', name], { env, encoding: 'utf8' });
  if (install().status === 0) return;
  spawnSync(command, [...before, 'update', '-qq'], { env, stdio: 'ignore' });
  const { status, stderr, error } = install();
  if (status !== 0) {
    throw new Error(
      `${name} is missing and could not be installed; try: sudo apt-get install ${name}\n${error ?? stderr}`,
    );
  }
}

function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? stderr}`);
}

function say(text) {
  console.error(`services: ${text}`);
}
