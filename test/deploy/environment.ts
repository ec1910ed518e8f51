import path from 'node:path';

/** What every child sees of this machine. */
const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'SYSTEMROOT'];

export const REGION = 'eu-central-1';
export const ACCOUNT = '000000000000';

/**
 * Nothing of the user's environment, above all no credentials and no profile, and every AWS client is told of the emulator:
 * there is no way to a real account.
 *
 * @param folder home of children, empty
 */
export function childEnvironment(folder: string, endpointUrl: string): Record<string, string> {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  return {
    ...inherited,
    HOME: folder,
    TMPDIR: folder,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_CONFIG_FILE: path.join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NO_COLOR: '1',
  };
}

/** Where a server is, as `npm run services` says it; only one of this machine will do. */
export function serverUrl(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; npm run test:deploy brings the servers`);
  const { hostname } = new URL(value);
  if (hostname !== '127.0.0.1' && hostname !== 'localhost')
    throw new Error(`${name} must name a server of this machine, not ${hostname}`);
  return value;
}
