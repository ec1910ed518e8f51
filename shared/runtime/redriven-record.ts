import { type Redriven, RedrivenSchema } from '../domain/redriven';

/** What a redriven record holds. */
export interface RedrivenBody {
  readonly redriven: Redriven;
  /** In any form that a record may have. */
  readonly body: Uint8Array;
}

const PREFIX = Buffer.from('{"redriven":');

/** The record that {@link redrivenOf} reads: `{"redriven":{…},"body":"<base64>"}`. */
export function redrivenRecord({ redriven, body }: RedrivenBody): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');
  return Buffer.from(JSON.stringify({ redriven, body: text }));
}

/** Undefined for any other record, at the cost of a look at its beginning. */
export function redrivenOf(record: Uint8Array): RedrivenBody | undefined {
  if (Buffer.compare(record.subarray(0, PREFIX.length), PREFIX) !== 0) return undefined;
  try {
    const { redriven, body, ...more } = JSON.parse(Buffer.from(record).toString('utf8')) as Record<string, unknown>;
    const mark = RedrivenSchema.safeParse(redriven);
    // Whoever adds something (a rule that adds the source of a device) vouches for a point, not for what is wrapped up.
    const isWhole = typeof body === 'string' && Object.keys(more).length === 0;
    return mark.success && isWhole ? { redriven: mark.data, body: Buffer.from(body, 'base64') } : undefined;
  } catch {
    return undefined;
  }
}
