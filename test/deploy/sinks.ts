import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was told at an address. */
export interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** As `performance.now()`. */
  readonly at: number;
}

/** Where Slack and a webhook would be: takes whatever comes and keeps it. */
export interface Sinks {
  readonly url: string;
  /** By path. */
  readonly told: (path: string) => readonly Told[];
  close(): void;
}

export async function openSinks(): Promise<Sinks> {
  const kept = new Map<string, Told[]>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = request.url ?? '';
    kept.set(path, [...(kept.get(path) ?? []), { headers: request.headers, body, at: performance.now() }]);
    response.end('ok');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told: (path) => kept.get(path) ?? [],
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
