import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as it came. */
  readonly bytes: Buffer;
}

export interface FakeServer {
  readonly url: string;
  /** Answers by itself, or not at all. */
  answer: (request: FakeRequest, response: ServerResponse, call: number) => void;
  readonly requests: FakeRequest[];
  close(): Promise<void>;
}

/** An HTTP server on this machine that keeps what it was asked. */
export async function startFakeServer(answer: FakeServer['answer']): Promise<FakeServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    const bytes = Buffer.concat(chunks);
    const asked = { method, path, headers, body: bytes.toString(), bytes };
    fake.requests.push(asked);
    fake.answer(asked, response, fake.requests.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer,
    requests: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}
