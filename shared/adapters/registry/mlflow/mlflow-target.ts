import { ConfigError } from '../../../runtime/config';
import { isLoopback, serverAddress } from '../../http-exchange';
import { type Authorize, basic, bearer, nobody } from './authorize';
import { managedServer } from './managed-server';

/** Where an MLflow server is and as whom it is asked. */
export interface MlflowTarget {
  /** Scheme, host, port and, behind a proxy, a path; without credentials and without a slash at the end. */
  readonly url: string;
  readonly authorize: Authorize;
  /** What must never be read in a message. */
  readonly secrets: readonly string[];
}

/** As MLflow's own clients name them, beside MLFLOW_TRACKING_URI. */
export interface MlflowAccess {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** Instead of the region's own address of managed servers. */
  readonly endpointUrl?: string | undefined;
}

const EXPECTED =
  'http[s]://[user:password@]host[:port][/path] or arn:aws:sagemaker:REGION:ACCOUNT:mlflow-tracking-server/NAME (or mlflow-app/NAME)';

/**
 * A target from `MLFLOW_TRACKING_URI`: the address of a server, or the ARN of one that SageMaker manages, which is asked with
 * AWS credentials. User and password or a token come in the address or apart from it.
 *
 * @throws {ConfigError} that says what to set and holds nothing of the value, which may have a password in it. Credentials over
 *   plain HTTP go nowhere but to this machine.
 */
export function mlflowTarget(trackingUri: string, access: MlflowAccess = {}): MlflowTarget {
  if (trackingUri.startsWith('arn:')) return managedServer(trackingUri, access.endpointUrl);
  const url = serverAddress(trackingUri);
  if (url === undefined) throw new ConfigError(`MLFLOW_TRACKING_URI must look like ${EXPECTED}`);
  const username = access.username ?? (decodeURIComponent(url.username) || undefined);
  const password = access.password ?? (decodeURIComponent(url.password) || undefined);
  const { token } = access;
  const isOpen = token === undefined && username === undefined;
  if (!isOpen && url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new ConfigError(`MLFLOW_TRACKING_URI: credentials go to ${url.host} by HTTPS only`);
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  if (token !== undefined) return { url: base, authorize: bearer(token), secrets: [token] };
  if (username === undefined) return { url: base, authorize: nobody, secrets: [] };
  const pair = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  return { url: base, authorize: basic(pair), secrets: [pair, ...(password === undefined ? [] : [password])] };
}
