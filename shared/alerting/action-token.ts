import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { ActionTarget } from './person-action';

/** What a link in a mail lets its holder do: act on these alerts, under this name, until then. */
export interface ActionGrant {
  readonly target: ActionTarget;
  /** To whom the link was sent. */
  readonly to: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

const GrantSchema = z.strictObject({
  a: z
    .array(z.string().regex(/^[\w-]{1,64}$/))
    .min(1)
    .max(50),
  /** Group, transition and receiver of the notification. */
  n: z.tuple([z.string(), z.int(), z.string()]).optional(),
  t: z.string().min(1).max(320),
  u: z.int().min(0),
});

/** Of the secret that signs links. The first key signs, all are accepted, so that a key can be changed without a gap. */
export const LinkKeysSchema = z.object({ keys: z.array(z.string().min(32)).min(1).max(5) });

/** A longer one is none of ours, and not looked at. */
const TOKEN_CHARS_MAX = 8_000;

/** A grant as text that may stand in a URL, signed: HMAC-SHA256 with the first key. */
export function signAction({ target, to, until }: ActionGrant, keys: readonly string[]): string {
  const { shown, telling } = target;
  const n = telling && [telling.groupKey, telling.transition, telling.receiver];
  const payload = Buffer.from(JSON.stringify({ a: shown, n, t: to, u: Math.floor(until) })).toString('base64url');
  return `${payload}.${signature(payload, keys[0]!).toString('base64url')}`;
}

/** What a token grants; undefined if it was not signed with one of the keys, or its time is over. Compared in constant time. */
export function readAction(token: string, keys: readonly string[], now: number): ActionGrant | undefined {
  if (token.length > TOKEN_CHARS_MAX) return undefined;
  const [payload, given, ...more] = token.split('.');
  if (payload === undefined || given === undefined || more.length > 0) return undefined;
  const bytes = Buffer.from(given, 'base64url');
  const isSigned = keys.map((key) => isSame(bytes, signature(payload, key))).includes(true);
  if (!isSigned) return undefined;
  const grant = GrantSchema.safeParse(json(Buffer.from(payload, 'base64url').toString()));
  if (!grant.success || now >= grant.data.u) return undefined;
  const { a: shown, n, t: to, u: until } = grant.data;
  const telling = n && { groupKey: n[0], transition: n[1], receiver: n[2] };
  return { target: { shown, ...(telling && { telling }) }, to, until };
}

/** The purpose is signed too: nothing else that the key may sign one day can be taken for a link. */
function signature(payload: string, key: string): Buffer {
  return createHmac('sha256', key).update(`tidewatch action 1:${payload}`).digest();
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
