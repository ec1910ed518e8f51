import { createHmac } from 'node:crypto';

/**
 * Headers of Standard Webhooks 1.0: HMAC-SHA256 over id, time and body with each key, so that a receiver that knows one of them
 * accepts the message while keys are changed.
 *
 * @param keys `whsec_` and base64, 24 to 64 bytes
 * @param id the same for every attempt: receivers drop repetitions by it
 * @param seconds of the epoch
 * @throws {RangeError} for a key that is none; the message does not hold it
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function standardHeaders(
  keys: readonly string[],
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: string },
): Record<string, string> {
  const signatures = keys.map((key) => {
    const hmac = createHmac('sha256', keyBytes(key)).update(`${id}.${seconds}.${body}`);
    return `v1,${hmac.digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}

/** Is this a signing key: `whsec_` and 24 to 64 bytes in base64? */
export function isSigningKey(key: string): boolean {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(key) ?? [];
  const { length } = Buffer.from(text ?? '', 'base64');
  return length >= 24 && length <= 64;
}

function keyBytes(key: string): Buffer {
  if (!isSigningKey(key)) throw new RangeError('a signing key must be whsec_ and 24 to 64 bytes in base64');
  return Buffer.from(key.slice('whsec_'.length), 'base64');
}
