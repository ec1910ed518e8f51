import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../alerting/channel-ports';

/** Older requests may be repetitions by somebody who listened. */
const AGE_SECONDS_MAX = 5 * 60;

export interface SignedRequest {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** As it arrived, byte for byte. */
  readonly body: Uint8Array;
}

/**
 * Is this from Slack? Version 0 of its signature: HMAC-SHA256 over version, time and raw body, compared in constant time, no
 * older and no younger than 5 minutes.
 *
 * @param now epoch milliseconds
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function isFromSlack(
  { timestamp, signature, body }: SignedRequest,
  signingSecret: Secret,
  now: number,
): boolean {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1_000 - Number(timestamp)) > AGE_SECONDS_MAX) return false;
  const given = /^v0=([0-9a-f]{64})$/.exec(signature)?.[1];
  if (given === undefined) return false;
  const hmac = createHmac('sha256', signingSecret.reveal().trim()).update(`v0:${timestamp}:`).update(body);
  return timingSafeEqual(hmac.digest(), Buffer.from(given, 'hex'));
}
