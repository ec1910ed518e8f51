import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { LOCAL_CREDENTIALS } from '../aws/aws-client';

export interface KinesisClientOptions {
  /** Absent: as the SDK finds it in environment and profile. */
  readonly region?: string;
  /** Where to call instead of the region's own endpoint: a VPC endpoint, or an emulator. */
  readonly endpointUrl?: string;
  /** For one call. */
  readonly callTimeoutMs: number;
  /** Calls at the same time. */
  readonly concurrency: number;
}

const LOCAL_REGION = 'us-east-1';

/**
 * A client that tries each call once: callers know better what may be repeated. It speaks HTTP/1.1, as every emulator and
 * proxy does. An endpoint that is not at AWS gets dummy credentials: the user's own never leave for it.
 */
export function createKinesisClient({ region, endpointUrl, callTimeoutMs, concurrency }: KinesisClientOptions) {
  const agent = { keepAlive: true, maxSockets: concurrency };
  const isElsewhere = endpointUrl !== undefined && !isAwsEndpoint(endpointUrl);
  const inRegion = region ?? (isElsewhere ? LOCAL_REGION : undefined);
  return new KinesisClient({
    ...(inRegion === undefined ? {} : { region: inRegion }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(isElsewhere ? { credentials: LOCAL_CREDENTIALS } : {}),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ connectionTimeout: callTimeoutMs, httpAgent: agent, httpsAgent: agent }),
    userAgentAppId: 'tidewatch',
  });
}

/** Is this URL answered by AWS, in any partition? */
export function isAwsEndpoint(url: string): boolean {
  return /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|amazonwebservices\.com\.cn)$/.test(new URL(url).hostname);
}
