import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { absent, type Finding, ok } from './finding';

/** Parts that can take the place of embedded ones, or are there for the way to AWS. Looked for, never started. */

interface Program {
  readonly command: string;
  readonly name: string;
  readonly use: string;
  readonly remedy: string;
}

const PROGRAMS: readonly Program[] = [
  {
    command: 'redis-server',
    name: 'Redis',
    use: 'to try the cache of AWS on this machine',
    remedy: 'apt-get install redis-server, or brew install redis',
  },
  {
    command: 'docker',
    name: 'Docker',
    use: 'to deploy: builds the model server’s image for SageMaker',
    remedy: 'https://docs.docker.com/get-docker',
  },
  {
    command: 'aws',
    name: 'AWS CLI',
    use: 'to look into a deployed environment',
    remedy: 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html',
  },
];

const CREDENTIAL_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

type Environment = Readonly<Record<string, string | undefined>>;

export function optionalPrograms(env: Environment): Finding[] {
  return PROGRAMS.map(({ command, name, use, remedy }) => {
    const path = onPath(command, env['PATH'] ?? '');
    return path === undefined ? absent(name, `not found; ${use}`, remedy) : ok(name, `${path}; ${use}`);
  });
}

/** Whether there are credentials, never what they are; whether they work is not tried. */
export function awsCredentials(env: Environment, home: string): Finding {
  const name = 'AWS credentials';
  const variable = CREDENTIAL_VARIABLES.find((one) => env[one]);
  if (variable !== undefined) return ok(name, `from ${variable}; to deploy`);
  const files = [
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws', 'credentials'),
    env['AWS_CONFIG_FILE'] ?? join(home, '.aws', 'config'),
  ];
  const file = files.find((path) => existsSync(path));
  if (file !== undefined) return ok(name, `from ${file}; to deploy`);
  return absent(name, 'none; to deploy', 'aws configure sso, or aws configure');
}

function onPath(command: string, path: string): string | undefined {
  const names = process.platform === 'win32' ? [`${command}.exe`, `${command}.cmd`] : [command];
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
