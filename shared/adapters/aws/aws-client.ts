/** How a client of an AWS service is made here. */
export interface AwsClientOptions {
  readonly region: string;
  /** Where to call instead of the region's own endpoint; then with dummy credentials, never the user's. */
  readonly endpointUrl?: string;
  /** For one call. */
  readonly attemptTimeoutMs: number;
  /** Calls at the same time. */
  readonly concurrency: number;
}

/** For servers that check no signature: one that is not at AWS gets these and never the user's own. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/**
 * Configuration of an SDK client that tries each call once: retries are ours, since the SDK's know no deadline. What the SDK
 * would look for in the user's profile is said here, which also saves a cold start the reading of files.
 */
export function awsClientConfig({ region, endpointUrl, attemptTimeoutMs, concurrency }: AwsClientOptions) {
  const agent = { keepAlive: true, maxSockets: concurrency };
  return {
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: attemptTimeoutMs, httpAgent: agent, httpsAgent: agent },
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: 'tidewatch',
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl, credentials: LOCAL_CREDENTIALS }),
  } as const;
}
