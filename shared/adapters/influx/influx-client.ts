import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip, constants as zlib } from 'node:zlib';
import { Again } from '../with-retries';
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
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** HTTP with connections kept open. Bodies are compressed unless the server is on this machine. */
export function createInfluxClient(target: InfluxTarget, connections: number): InfluxClient {
  const isTls = target.url.startsWith('https:');
  const agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: connections });
  const compresses = !LOOPBACK.test(new URL(target.url).hostname);
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
    return answered(isTls ? httpsRequest : httpRequest, `${target.url}${path}`, { agent, headers }, body, timeoutMs);
  };
  return {
    write: (body, timeoutMs) => send(writePath, 'text/plain; charset=utf-8', body, compresses, timeoutMs),
    query: (influxQl, timeoutMs) => {
      const form = new URLSearchParams({ q: influxQl }).toString();
      return send(queryPath, 'application/x-www-form-urlencoded', form, false, timeoutMs);
    },
    close: () => agent.destroy(),
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

function answered(
  request: typeof httpRequest,
  url: string,
  options: { agent: HttpAgent; headers: Record<string, string | number> },
  body: Buffer,
  timeoutMs: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const host = new URL(url).host;
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Again(`${host} ${reason}`));
    };
    const outgoing = request(url, { method: 'POST', ...options }, (incoming) => {
      read(incoming).then(
        (text) => {
          clearTimeout(timer);
          resolve({ status: incoming.statusCode ?? 0, body: text, retryAfterMs: retryAfterMs(incoming) });
        },
        (error: unknown) => fail(`broke off its answer: ${codeOf(error)}`),
      );
    });
    const timer = setTimeout(() => {
      fail(`did not answer within ${Math.round(timeoutMs)} ms`);
      outgoing.destroy();
    }, timeoutMs);
    outgoing.once('error', (error) => fail(`not reached: ${codeOf(error)}`));
    outgoing.end(body);
  });
}

async function read(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`more than ${ANSWER_BYTES_MAX} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** Seconds or a date, as RFC 9110 has it. */
function retryAfterMs({ headers }: IncomingMessage): number {
  const text = headers['retry-after'];
  if (text === undefined) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? 'unknown error';
}
