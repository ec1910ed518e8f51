import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { withRetries } from '../with-retries';
import { type AwsClientOptions, awsClientConfig } from './aws-client';
import { AwsRefusal, awsFault } from './aws-faults';

export interface SecretsOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  /** For one secret, retries included; then the call rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { timeoutMs: 5_000, attemptTimeoutMs: 2_000, concurrency: 4 };

/**
 * The text of a secret by its reference: name or ARN, with `#field` for one field of a secret that is a JSON object, as
 * `tidewatch/dev/store#password`. Nothing is kept: callers ask once a cold start.
 *
 * Rejects with a TransientFault when there was no answer in time, with {@link AwsRefusal} when the secret may not be read or is
 * not there, with an Error when it has no such field. None of them holds any of the secret.
 */
export type Secrets = (reference: string) => Promise<string>;

export function createSecrets(options: SecretsOptions): Secrets {
  const settings = { ...DEFAULTS, ...options };
  const client = new SecretsManagerClient(awsClientConfig(settings));
  return async (reference) => {
    const { id, field } = partsOf(reference);
    const text = await withRetries({ ...settings, part: 'secrets' }, async (timeoutMs) => {
      const answer = await client
        .send(new GetSecretValueCommand({ SecretId: id }), { abortSignal: AbortSignal.timeout(timeoutMs) })
        .catch((error: unknown) => {
          throw awsFault(error, `secret ${id}`, timeoutMs);
        });
      if (answer.SecretString === undefined) throw new AwsRefusal('NoText', `secret ${id} holds no text`);
      return answer.SecretString;
    });
    return field === undefined ? text : fieldOf(text, id, field);
  };
}

function partsOf(reference: string): { readonly id: string; readonly field: string | undefined } {
  const at = reference.indexOf('#');
  return at === -1
    ? { id: reference, field: undefined }
    : { id: reference.slice(0, at), field: reference.slice(at + 1) };
}

function fieldOf(text: string, id: string, field: string): string {
  const value = parsed(text)?.[field];
  if (typeof value !== 'string') throw new Error(`secret ${id} has no text in its field ${field}`);
  return value;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // The error would quote the secret.
    return undefined;
  }
}

/** Replaces the text of a secret. Rejects as {@link Secrets} does. */
export function createSecretWriter(options: SecretsOptions): (id: string, text: string) => Promise<void> {
  const settings = { ...DEFAULTS, ...options };
  const client = new SecretsManagerClient(awsClientConfig(settings));
  return async (id, text) => {
    await withRetries({ ...settings, part: 'secrets' }, async (timeoutMs) => {
      const command = new PutSecretValueCommand({ SecretId: id, SecretString: text });
      await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
        throw awsFault(error, `secret ${id}`, timeoutMs);
      });
    });
  };
}
