import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Again } from './with-retries';

export interface HttpCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array;
  /** For everything: connection, sending, the whole answer. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What the server asked for; 0: nothing. */
  readonly retryAfterMs: number;
}

/** Connections to servers that the environment names; kept open. */
export interface HttpExchange {
  /**
   * One call, whatever its answer. Redirects are not followed: what is sent goes to the address that was meant and nowhere else.
   * @throws {Again} if there was no answer; the message names the host and nothing of path, headers and body
   */
  call(call: HttpCall): Promise<HttpAnswer>;
  close(): void;
}

export interface HttpExchangeOptions {
  readonly isTls: boolean;
  readonly connections: number;
  /** Of an answer; a longer one counts as broken off. */
  readonly answerBytesMax: number;
}

export function openHttpExchange({ isTls, connections, answerBytesMax }: HttpExchangeOptions): HttpExchange {
  const agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: connections });
  const request = isTls ? httpsRequest : httpRequest;
  return {
    call: (call) => answered(request, agent, call, answerBytesMax),
    close: () => agent.destroy(),
  };
}

function answered(
  request: typeof httpRequest,
  agent: HttpAgent,
  { url, method, headers, body, timeoutMs }: HttpCall,
  answerBytesMax: number,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const host = new URL(url).host;
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Again(`${host} ${reason}`));
    };
    const outgoing = request(url, { method, agent, headers }, (incoming) => {
      read(incoming, answerBytesMax).then(
        (content) => {
          clearTimeout(timer);
          const { statusCode: status = 0, headers: answerHeaders } = incoming;
          resolve({ status, headers: answerHeaders, body: content, retryAfterMs: retryAfterMs(incoming) });
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

async function read(incoming: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bytesMax) throw new Error(`more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
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

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Is this host name of a URL this machine? */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/**
 * The address of a server as a variable holds it: HTTP or HTTPS, with credentials that can be decoded. Undefined for anything
 * else; an error would hold the address, and so the password.
 */
export function serverAddress(text: string): URL | undefined {
  try {
    const url = new URL(text);
    decodeURIComponent(url.username + url.password);
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}
