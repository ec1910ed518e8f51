import type { MessageAttributeValue } from '@aws-sdk/client-sns';

/** What one PublishBatch takes; attributes count to the size. */
export const PUBLISH_LIMITS = { entries: 10, bytes: 262_144 } as const;

/** A message as it is published. */
export interface Entry {
  readonly message: string;
  readonly attributes: Record<string, MessageAttributeValue>;
  /** Of all of it, as SNS counts. */
  readonly bytes: number;
}

const STRING = 'String';

/** @param filteredBy attributes by which subscribers filter */
export function entryOf(body: unknown, filteredBy: Readonly<Record<string, string>>): Entry {
  const message = jsonForSns(body);
  let bytes = Buffer.byteLength(message);
  const attributes: Record<string, MessageAttributeValue> = {};
  for (const [name, text] of Object.entries(filteredBy)) {
    const value = text.replace(NOT_XML, '\ufffd');
    attributes[name] = { DataType: STRING, StringValue: value };
    bytes += name.length + STRING.length + Buffer.byteLength(value);
  }
  return { message, attributes, bytes };
}

/** In order, as few calls as the limits allow; an entry that is too large for any call is alone, and SNS says so. */
export function splitEntries(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const batch = batches.at(-1);
    if (batch === undefined || batch.length >= PUBLISH_LIMITS.entries || bytes + entry.bytes > PUBLISH_LIMITS.bytes) {
      batches.push([entry]);
      bytes = entry.bytes;
    } else {
      batch.push(entry);
      bytes += entry.bytes;
    }
  }
  return batches;
}

/** SNS takes the characters of XML 1.0 only; of those that a name may have, all but these two. */
const NOT_XML = /[\ufffe\uffff]/g;

function jsonForSns(body: unknown): string {
  return JSON.stringify(body).replace(NOT_XML, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}
