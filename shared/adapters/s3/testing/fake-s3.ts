import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type FakeRequest, startFakeServer } from '../../aws/testing/fake-server';

/** A bucket as far as it is used here: put (also on condition), get and list objects (REST, XML), path style. */
export interface FakeS3 {
  readonly url: string;
  readonly objects: Map<string, string>;
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
    else object(fake, decodeURIComponent(key), request, response);
  });
  const fake: FakeS3 = {
    url: server.url,
    objects: new Map(),
    fate: () => 'works',
    calls: [],
    close: () => server.close(),
  };
  return fake;
}

function object(fake: FakeS3, key: string, { method, body, headers }: FakeRequest, response: ServerResponse): void {
  const text = fake.objects.get(key);
  if (method === 'PUT') {
    const problem = conditionOf(headers, text);
    if (problem !== undefined) {
      refuse(response, ...problem);
      return;
    }
    fake.objects.set(key, body);
    response.writeHead(200, { etag: tagOf(body) }).end();
    return;
  }
  if (text === undefined) refuse(response, 404, 'NoSuchKey');
  else response.writeHead(200, { etag: tagOf(text) }).end(text);
}

/** What S3 says to a put whose condition does not hold. */
function conditionOf(
  { 'if-match': match, 'if-none-match': noneMatch }: FakeRequest['headers'],
  there: string | undefined,
): [status: number, code: string] | undefined {
  if (noneMatch !== undefined && noneMatch !== '*') return [501, 'NotImplemented'];
  if (match !== undefined && there === undefined) return [404, 'NoSuchKey'];
  const holds = match === undefined ? noneMatch === undefined || there === undefined : match === tagOf(there!);
  return holds ? undefined : [412, 'PreconditionFailed'];
}

function tagOf(text: string): string {
  return `"${createHash('md5').update(text).digest('hex')}"`;
}

function list(fake: FakeS3, query: URLSearchParams, response: ServerResponse): void {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const keys = [...fake.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, PAGE_KEYS);
  const isMore = keys.length > page.length;
  const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  const next = isMore ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<ListBucketResult><IsTruncated>${isMore}</IsTruncated>${contents}${next}</ListBucketResult>`);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>told so</Message></Error>`);
}
