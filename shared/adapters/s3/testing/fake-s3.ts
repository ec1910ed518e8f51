import type { ServerResponse } from 'node:http';
import { type FakeRequest, startFakeServer } from '../../aws/testing/fake-server';

/** A bucket as far as it is used here: put, get and list objects (REST, XML), path style. */
export interface FakeS3 {
  readonly url: string;
  readonly objects: Map<string, string>;
  /** What happens instead of an answer, asked for each call from 0. */
  fate: (call: number) => 'works' | 'hangs' | { readonly error: string; readonly status: number };
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
    if (fate !== 'works') return refuse(response, fate.status, fate.error);
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

function object(fake: FakeS3, key: string, { method, body }: FakeRequest, response: ServerResponse): void {
  if (method === 'PUT') {
    fake.objects.set(key, body);
    response.writeHead(200).end();
    return;
  }
  const text = fake.objects.get(key);
  if (text === undefined) refuse(response, 404, 'NoSuchKey');
  else response.writeHead(200).end(text);
}

function list(fake: FakeS3, query: URLSearchParams, response: ServerResponse): void {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const keys = [...fake.objects.keys()].filter((key) => key.startsWith(prefix));
  const entries = [...new Set(keys.map((key) => entryOf(key, prefix, query.get('delimiter'))))]
    .filter((entry) => entry > after)
    .sort();
  const page = entries.slice(0, PAGE_KEYS);
  const isMore = entries.length > page.length;
  const contents = page.map((entry) =>
    fake.objects.has(entry)
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
