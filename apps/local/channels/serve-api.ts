import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiHandler } from '../../../lambdas/api/create-handler';
import type { HttpEvent } from '../../../shared/runtime/http';

export interface ApiServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1_200_000;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * The api function on loopback, as a function URL would call it. The port that is asked for is taken if it is free, else
 * another one.
 */
export async function serveApi(handler: ApiHandler, port: number): Promise<ApiServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answer(handler, request, response).catch(() => response.destroy());
  });
  await listen(server, port).catch(() => listen(server, 0));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function answer(handler: ApiHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page in a browser may reach this port by a name that was made to point here.
  if (!/^(127(\.\d{1,3}){3}|localhost)(:\d+)?$/i.test(request.headers.host ?? ''))
    return void response.writeHead(403).end();
  const body = await readBody(request);
  if (body === undefined) return void response.writeHead(413, { connection: 'close' }).end();
  const { statusCode, headers, body: text } = await handler(eventOf(request, body));
  response.writeHead(statusCode ?? 200, headers as Record<string, string>).end(text);
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function eventOf({ url = '/', method = 'GET', headers, socket }: IncomingMessage, body: Buffer): HttpEvent {
  const { pathname, search } = new URL(url, 'http://127.0.0.1');
  return {
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(',')])),
    body: body.toString('base64'),
    isBase64Encoded: true,
    requestContext: { http: { method, sourceIp: socket.remoteAddress ?? '' } },
  };
}
