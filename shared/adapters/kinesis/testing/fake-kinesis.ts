import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRecord {
  readonly key: string;
  readonly text: string;
}

/** What the fake does with a call: an answer for each record, or something worse. */
export type CallFate =
  | {
      readonly entries: (
        record: FakeRecord,
        i: number,
      ) => 'taken' | { readonly code: string; readonly message?: string };
    }
  | { readonly error: string; readonly status: number; readonly message?: string }
  | { readonly raw: string; readonly status: number }
  /** Takes the records and cuts the connection. */
  | 'taken, then cut'
  | 'hangs';

export const TAKEN: CallFate = { entries: () => 'taken' };

/** PutRecords as Kinesis speaks it (JSON 1.1 over HTTP), strict about everything a producer must keep to. */
export interface FakeKinesis {
  readonly url: string;
  /** Asked for each call, from 0. */
  fate: (call: number, records: readonly FakeRecord[]) => CallFate;
  /** On the stream, in order. */
  readonly records: FakeRecord[];
  readonly calls: (readonly FakeRecord[])[];
  /** What a producer must not send; empty at the end of a test. */
  readonly faults: string[];
  readonly headers: IncomingMessage['headers'][];
  close(): Promise<void>;
}

export async function startFakeKinesis(stream: object = { StreamName: 'points' }): Promise<FakeKinesis> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    answer(fake, stream, request, Buffer.concat(chunks), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeKinesis = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fate: () => TAKEN,
    records: [],
    calls: [],
    faults: [],
    headers: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

function answer(
  fake: FakeKinesis,
  stream: object,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const { Records, ...target } = JSON.parse(String(body)) as { Records: { PartitionKey: string; Data: string }[] };
  const data = Records.map((record) => Buffer.from(record.Data, 'base64'));
  const records = Records.map(({ PartitionKey: key }, i) => ({ key, text: String(data[i]) }));
  fake.faults.push(...faultsOf(request, target, stream, Records, data));
  fake.headers.push(request.headers);
  const fate = fake.fate(fake.calls.length, records);
  fake.calls.push(records);
  if (fate === 'hangs') return;
  if (fate === 'taken, then cut') {
    fake.records.push(...records);
    request.socket.destroy();
  } else if ('raw' in fate) reply(response, fate.status, fate.raw);
  else if ('error' in fate)
    reply(response, fate.status, JSON.stringify({ __type: fate.error, message: fate.message ?? 'told so' }));
  else reply(response, 200, JSON.stringify(answers(fake, records, fate.entries)));
}

function faultsOf(
  { method, url, headers }: IncomingMessage,
  target: object,
  stream: object,
  records: readonly { readonly PartitionKey: string }[],
  data: readonly Buffer[],
): string[] {
  const sizes = records.map(({ PartitionKey }, i) => Buffer.byteLength(PartitionKey) + data[i]!.length);
  const rules: [boolean, string][] = [
    [method === 'POST' && url === '/', `${method} ${url}`],
    [headers['x-amz-target'] === 'Kinesis_20131202.PutRecords', `target ${headers['x-amz-target']}`],
    [headers['content-type'] === 'application/x-amz-json-1.1', `content type ${headers['content-type']}`],
    [JSON.stringify(target) === JSON.stringify(stream), `stream ${JSON.stringify(target)}`],
    [records.length >= 1 && records.length <= 500, `${records.length} records`],
    [sizes.every((bytes) => bytes <= 1_048_576), 'a record above 1 MiB'],
    [sizes.reduce((sum, bytes) => sum + bytes, 0) <= 5 * 1_048_576, 'a call above 5 MiB'],
    [records.every(({ PartitionKey }) => /^[\s\S]{1,256}$/.test(PartitionKey)), 'a partition key'],
    [new Set(records.map(({ PartitionKey }) => PartitionKey)).size === records.length, 'two records of a key'],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, fault]) => fault);
}

function answers(
  fake: FakeKinesis,
  records: readonly FakeRecord[],
  entries: (record: FakeRecord, i: number) => 'taken' | { readonly code: string; readonly message?: string },
) {
  const Records = records.map((record, i) => {
    const fate = entries(record, i);
    if (fate !== 'taken') return { ErrorCode: fate.code, ErrorMessage: fate.message ?? 'told so' };
    fake.records.push(record);
    return { SequenceNumber: String(fake.records.length), ShardId: 'shardId-000000000000' };
  });
  return { FailedRecordCount: Records.filter((one) => 'ErrorCode' in one).length, Records };
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
}
