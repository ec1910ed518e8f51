import { promisify } from 'node:util';
import { gzip, constants as zlib } from 'node:zlib';
import { isLoopback, openHttpExchange } from '../http-exchange';
import type { InfluxTarget } from './influx-options';

/** What the server said to one request. */
export interface Answer {
  readonly status: number;
  /** The server's own words when it refused; never holds our credentials, since none are sent but in a header. */
  readonly body: string;
  readonly retryAfterMs: number;
}

export interface InfluxClient {
  /** Sends lines. @throws {Again} if there was no answer */
  write(body: string, timeoutMs: number): Promise<Answer>;
  /** Asks in InfluxQL. @throws {Again} if there was no answer */
  query(influxQl: string, timeoutMs: number): Promise<Answer>;
  close(): void;
}

/** Below this, compressing costs more than it saves. */
const GZIP_BYTES_MIN = 1_400;
const ANSWER_BYTES_MAX = 256 * 1_048_576;

/** HTTP with connections kept open. Bodies are compressed unless the server is on this machine. */
export function createInfluxClient(target: InfluxTarget, connections: number): InfluxClient {
  const isTls = target.url.startsWith('https:');
  const exchange = openHttpExchange({ isTls, connections, answerBytesMax: ANSWER_BYTES_MAX });
  const compresses = !isLoopback(new URL(target.url).hostname);
  const [writePath, queryPath] = [writePathOf(target), queryPathOf(target)];
  const authorization = authorizationOf(target);
  const send = async (path: string, type: string, text: string, gzips: boolean, timeoutMs: number) => {
    const plain = Buffer.from(text);
    const isGzip = gzips && plain.length >= GZIP_BYTES_MIN;
    const body = isGzip ? await compressed(plain, { level: zlib.Z_BEST_SPEED }) : plain;
    const headers = {
      'content-type': type,
      'content-length': body.length,
      ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
      ...authorization,
    };
    const answer = await exchange.call({ url: `${target.url}${path}`, method: 'POST', headers, body, timeoutMs });
    return { status: answer.status, body: answer.body.toString(), retryAfterMs: answer.retryAfterMs };
  };
  return {
    write: (body, timeoutMs) => send(writePath, 'text/plain; charset=utf-8', body, compresses, timeoutMs),
    query: (influxQl, timeoutMs) => {
      const form = new URLSearchParams({ q: influxQl }).toString();
      return send(queryPath, 'application/x-www-form-urlencoded', form, false, timeoutMs);
    },
    close: () => exchange.close(),
  };
}

const compressed = promisify(gzip);

function writePathOf({ api, org, bucket, database, retentionPolicy }: InfluxTarget): string {
  const query =
    api === 2
      ? { org: org!, bucket: bucket!, precision: 'ns' }
      : { db: database, precision: 'ns', ...(retentionPolicy === undefined ? {} : { rp: retentionPolicy }) };
  return `${api === 2 ? '/api/v2/write' : '/write'}?${new URLSearchParams(query)}`;
}

function queryPathOf({ database, retentionPolicy }: InfluxTarget): string {
  const query = { db: database, ...(retentionPolicy === undefined ? {} : { rp: retentionPolicy }) };
  return `/query?${new URLSearchParams(query)}`;
}

function authorizationOf({ token, username, password = '' }: InfluxTarget): { authorization?: string } {
  if (token !== undefined) return { authorization: `Token ${token}` };
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
