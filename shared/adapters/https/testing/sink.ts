import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate';

export interface SinkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers a request; may also leave it unanswered. */
export type SinkAnswers = (request: SinkRequest, response: http.ServerResponse) => void | Promise<void>;

/** A server on a free port of 127.0.0.1 that keeps what it was asked. */
export interface Sink {
  /** Without a slash at its end. */
  readonly url: string;
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly port: number;
  readonly requests: readonly SinkRequest[];
  /** Connections that were made, with or without a request. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export async function openSink(answers: SinkAnswers, { tls = false } = {}): Promise<Sink> {
  const requests: SinkRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener = async (incoming: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = incoming;
    const request = { method, path: url, headers, body: Buffer.concat(chunks) };
    requests.push(request);
    await answers(request, response);
  };
  const handle = (incoming: http.IncomingMessage, response: http.ServerResponse) => {
    listener(incoming, response).catch(() => response.destroy());
  };
  const server = tls
    ? https.createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, handle)
    : http.createServer(handle);
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers everything with this. */
export function always(status: number, body = '', headers: http.OutgoingHttpHeaders = {}): SinkAnswers {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}
