import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { ConfigError } from '../../../runtime/config';
import { RegistryError } from '../../../training/ports';
import type { Authorize } from './authorize';
import type { MlflowTarget } from './mlflow-target';

const SERVICE = 'sagemaker-mlflow';

/** Of each kind of managed MLflow: where a region's servers are asked, and the header that says which one is meant. */
const KINDS: Readonly<Record<string, { address: (region: string) => string; header: string }>> = {
  'mlflow-tracking-server': {
    address: (region) => `https://${region}.experiments.sagemaker.aws`,
    header: 'x-mlflow-sm-tracking-server-arn',
  },
  'mlflow-app': {
    address: (region) => `https://mlflow.sagemaker.${region}.app.aws`,
    header: 'x-sm-mlflow-app-arn',
  },
};

const ARN = /^arn:(?:aws|aws-us-gov):sagemaker:([a-z0-9-]+):\d{12}:([a-z-]+)\/[\w-]{1,256}$/;

/**
 * An MLflow server that SageMaker manages. All of a region's servers share one address; a header names the one.
 *
 * @see sagemaker-mlflow, the plug-in of MLflow's Python client, whose addresses and headers these are
 * @throws {ConfigError} if it is the ARN of something else
 */
export function managedServer(arn: string, endpointUrl?: string): MlflowTarget {
  const [, region, kindName = ''] = ARN.exec(arn) ?? [];
  const kind = KINDS[kindName];
  if (region === undefined || kind === undefined)
    throw new ConfigError(
      'MLFLOW_TRACKING_URI is the ARN of no MLflow: expected arn:aws:sagemaker:REGION:ACCOUNT:mlflow-tracking-server/NAME',
    );
  return {
    url: endpointUrl ?? kind.address(region),
    authorize: signed({ region, headers: { [kind.header]: arn } }),
    secrets: [],
  };
}

export interface SigningOptions {
  readonly region: string;
  /** Sent and signed with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** By default those of the environment, as for all calls of AWS. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly now?: () => Date;
}

/** Signs with AWS Signature Version 4 for managed MLflow; the digest of the body is sent and signed too. */
export function signed({ region, headers: more, credentials, now = () => new Date() }: SigningOptions): Authorize {
  const signer = new SignatureV4({
    service: SERVICE,
    region,
    credentials: credentials ?? defaultProvider(),
    sha256: Sha256,
  });
  return async ({ method, url, headers, body }) => {
    const { protocol, hostname, port, pathname, searchParams, host } = new URL(url);
    const request = {
      method,
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: pathname,
      query: Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)])),
      headers: { ...headers, ...more, host },
      body,
    };
    try {
      return (await signer.sign(request, { signingDate: now() })).headers;
    } catch (cause) {
      throw new RegistryError(`no AWS credentials for MLflow at ${host}: ${(cause as Error).message}`, { cause });
    }
  };
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** Node's digest in the form that the signer asks for; keyed when it is given a secret. */
class Sha256 {
  private hash: Hash | Hmac;

  constructor(private readonly secret?: Bytes) {
    this.hash = this.fresh();
  }

  update(content: Bytes): void {
    this.hash.update(bytesOf(content));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = this.fresh();
  }

  private fresh(): Hash | Hmac {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.secret));
  }
}

function bytesOf(content: Bytes): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content);
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}
