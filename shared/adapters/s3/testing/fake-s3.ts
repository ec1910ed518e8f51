import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type FakeRequest, startFakeServer } from '../../aws/testing/fake-server';

/** A bucket as far as it is used here: put (also on condition), get, delete and list objects (REST, XML), path style. */
export interface FakeS3 {
  readonly url: string;
  readonly objects: Map<string, string>;
  /** Objects that are no text. */
  readonly packed: Map<string, Buffer>;
  /** After so many bytes of an object the connection breaks; asked for each call that gets one. */
  breaksAfter: (key: string, call: number) => number | undefined;
  /** After so many bytes nothing comes any more. */
  stallsAfter: (key: string, call: number) => number | undefined;
  /** What happens instead of an answer, asked for each call from 0. */
  fate: (call: number) => 'works' | 'hangs' | 'answer-lost' | { readonly error: string; readonly status: number };
  /** Calls so far, as `PUT key`. */
  readonly calls: string[];
  close(): Promise<void>;
}

/** Keys on one page of a listing: few, so that tests meet several pages. */
const PAGE_KEYS = 3;

export async function startFakeS3(bucket: string): Promise<FakeS3> {
  const server = await startFakeServer((request, response, call) => {
    const { pathname, searchParams } = new URL(request.path, 'http://fake');
    const [, named, key = ''] = /^\/([^/]+)\/?(.*)$/.exec(pathname) ?? [];
    if (named !== bucket) return refuse(response, 404, 'NoSuchBucket');
    fake.calls.push(`${request.method} ${decodeURIComponent(key)}`);
    const fate = fake.fate(call);
    if (fate === 'hangs') return;
    if (typeof fate === 'object') return refuse(response, fate.status, fate.error);
    // Carried out, and nobody hears of it.
    if (fate === 'answer-lost') response.end = () => response.destroy();
    if (key === '') list(fake, searchParams, response);
    else object(fake, decodeURIComponent(key), request, response, call);
  });
  const fake: FakeS3 = {
    url: server.url,
    objects: new Map(),
    packed: new Map(),
    breaksAfter: () => undefined,
    stallsAfter: () => undefined,
    fate: () => 'works',
    calls: [],
    close: () => server.close(),
  };
  return fake;
}

function object(fake: FakeS3, key: string, request: FakeRequest, response: ServerResponse, call: number): void {
  const { method, headers, body, bytes: put } = request;
  const text = fake.objects.get(key);
  if (method === 'PUT') {
    const problem = conditionOf(headers, text ?? fake.packed.get(key));
    if (problem !== undefined) {
      refuse(response, ...problem);
      return;
    }
    if (isUtf8(put)) fake.objects.set(key, body);
    else fake.packed.set(key, put);
    response.writeHead(200, { etag: tagOf(put) }).end();
    return;
  }
  if (method === 'DELETE') {
    fake.objects.delete(key);
    fake.packed.delete(key);
    response.writeHead(204).end();
    return;
  }
  const bytes = fake.packed.get(key) ?? (text === undefined ? undefined : Buffer.from(text));
  if (bytes === undefined) {
    refuse(response, 404, 'NoSuchKey');
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(headers['range'] ?? 'bytes=0-')?.[1]);
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from, etag: tagOf(bytes) });
  const breaksAfter = fake.breaksAfter(key, call);
  const stallsAfter = fake.stallsAfter(key, call);
  if (stallsAfter !== undefined) response.write(bytes.subarray(from, from + stallsAfter));
  else if (breaksAfter === undefined) response.end(bytes.subarray(from));
  else response.write(bytes.subarray(from, from + breaksAfter), () => response.destroy());
}

/** What S3 says to a put whose condition does not hold. */
function conditionOf(
  { 'if-match': match, 'if-none-match': noneMatch }: FakeRequest['headers'],
  there: string | Buffer | undefined,
): [status: number, code: string] | undefined {
  if (noneMatch !== undefined && noneMatch !== '*') return [501, 'NotImplemented'];
  if (match !== undefined && there === undefined) return [404, 'NoSuchKey'];
  const holds = match === undefined ? noneMatch === undefined || there === undefined : match === tagOf(there!);
  return holds ? undefined : [412, 'PreconditionFailed'];
}

function tagOf(content: string | Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

function list(fake: FakeS3, query: URLSearchParams, response: ServerResponse): void {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const keys = [...fake.objects.keys(), ...fake.packed.keys()].filter((key) => key.startsWith(prefix));
  const entries = [...new Set(keys.map((key) => entryOf(key, prefix, query.get('delimiter'))))]
    .filter((entry) => entry > after)
    .sort();
  const page = entries.slice(0, PAGE_KEYS);
  const isMore = entries.length > page.length;
  const contents = page.map((entry) =>
    fake.objects.has(entry) || fake.packed.has(entry)
      ? `<Contents><Key>${entry}</Key></Contents>`
      : `<CommonPrefixes><Prefix>${entry}</Prefix></CommonPrefixes>`,
  );
  const next = isMore ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<ListBucketResult><IsTruncated>${isMore}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`);
}

/** A key, or what many keys have in common up to a delimiter. */
function entryOf(key: string, prefix: string, delimiter: string | null): string {
  const at = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
  return at === -1 ? key : key.slice(0, at + 1);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>told so</Message></Error>`);
}
