import type { ServerResponse } from 'node:http';
import { type FakeRequest, startFakeServer } from '../../aws/testing/fake-server';

/** An entry of a call, as it came. */
export interface FakeEntry {
  readonly id: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What becomes of a call: of each entry, or of all of it. */
export type PublishFate =
  | ((entry: FakeEntry) => 'taken' | { readonly code: string; readonly senderFault: boolean } | 'not mentioned')
  | { readonly error: string; readonly status: number }
  | 'hangs';

/** PublishBatch as SNS speaks it (AWS Query, XML back), strict about everything a publisher must keep to. */
export interface FakeSns {
  readonly url: string;
  /** Asked for each call, from 0. */
  fate: (call: number) => PublishFate;
  /** Published, in order. */
  readonly messages: FakeEntry[];
  readonly calls: (readonly FakeEntry[])[];
  /** What a publisher must not send; empty at the end of a test. */
  readonly faults: string[];
  close(): Promise<void>;
}

export async function startFakeSns(topicArn: string): Promise<FakeSns> {
  const server = await startFakeServer((request, response, call) => answer(fake, topicArn, request, response, call));
  const fake: FakeSns = {
    url: server.url,
    fate: () => () => 'taken',
    messages: [],
    calls: [],
    faults: [],
    close: () => server.close(),
  };
  return fake;
}

function answer(fake: FakeSns, topicArn: string, request: FakeRequest, response: ServerResponse, call: number): void {
  const form = new URLSearchParams(request.body);
  const entries = entriesOf(form);
  fake.faults.push(...faultsOf(form, topicArn, entries));
  fake.calls.push(entries);
  const fate = fake.fate(call);
  if (fate === 'hangs') return;
  if (typeof fate !== 'function') {
    response.writeHead(fate.status, { 'content-type': 'text/xml' });
    response.end(`<ErrorResponse><Error><Code>${fate.error}</Code><Message>told so</Message></Error></ErrorResponse>`);
    return;
  }
  const members = entries.map((entry) => [entry, fate(entry)] as const);
  const taken = members.flatMap(([entry, what]) => (what === 'taken' ? [entry] : []));
  fake.messages.push(...taken);
  const failed = members.flatMap(([{ id }, what]) =>
    typeof what === 'string'
      ? []
      : [`<member><Id>${id}</Id><Code>${what.code}</Code><SenderFault>${what.senderFault}</SenderFault></member>`],
  );
  const successful = taken.map(({ id }) => `<member><Id>${id}</Id><MessageId>m-${id}</MessageId></member>`);
  response.writeHead(200, { 'content-type': 'text/xml' });
  response.end(
    `<PublishBatchResponse><PublishBatchResult><Successful>${successful.join('')}</Successful>` +
      `<Failed>${failed.join('')}</Failed></PublishBatchResult></PublishBatchResponse>`,
  );
}

function entriesOf(form: URLSearchParams): FakeEntry[] {
  const entries: FakeEntry[] = [];
  for (let i = 1; ; i++) {
    const at = `PublishBatchRequestEntries.member.${i}`;
    const id = form.get(`${at}.Id`);
    if (id === null) return entries;
    const attributes: Record<string, string> = {};
    for (let j = 1; form.has(`${at}.MessageAttributes.entry.${j}.Name`); j++) {
      const entry = `${at}.MessageAttributes.entry.${j}`;
      attributes[form.get(`${entry}.Name`)!] = form.get(`${entry}.Value.StringValue`) ?? '';
    }
    entries.push({ id, message: form.get(`${at}.Message`) ?? '', attributes });
  }
}

/** Characters of XML 1.0. */
const XML = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

function faultsOf(form: URLSearchParams, topicArn: string, entries: readonly FakeEntry[]): string[] {
  const texts = entries.flatMap(({ message, attributes }) => [message, ...Object.values(attributes)]);
  const sizes = entries.map(
    ({ message, attributes }) =>
      Buffer.byteLength(message) +
      Object.entries(attributes).reduce((sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`), 0),
  );
  const rules: [boolean, string][] = [
    [form.get('Action') === 'PublishBatch', `action ${form.get('Action')}`],
    [form.get('TopicArn') === topicArn, `topic ${form.get('TopicArn')}`],
    [entries.length >= 1 && entries.length <= 10, `${entries.length} entries`],
    [new Set(entries.map(({ id }) => id)).size === entries.length, 'two entries of an id'],
    [entries.length <= 1 || sizes.reduce((sum, bytes) => sum + bytes, 0) <= 262_144, 'a call above 256 KiB'],
    [texts.every((text) => XML.test(text)), 'a character that XML has not, or no text'],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, fault]) => fault);
}
