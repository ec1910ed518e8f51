import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** What this process sent, by port of the server. */
export interface RoundTrips {
  /** Writes to connections; a pipeline to Redis is one. */
  readonly writes: ReadonlyMap<number, number>;
  /** Requests of Node's HTTP client. */
  readonly requests: ReadonlyMap<number, number>;
}

/** Counts from now on, over connections that are opened after. */
export function countRoundTrips(): RoundTrips {
  const writes = new Map<number, number>();
  const requests = new Map<number, number>();
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    // A socket takes its own method back when it connects, which it does right after it told of itself.
    process.nextTick(() => countWrites(socket, writes));
  });
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    const port = Number(String(request.getHeader('host')).split(':').at(-1));
    requests.set(port, (requests.get(port) ?? 0) + 1);
  });
  return { writes, requests };
}

function countWrites(socket: Socket, writes: Map<number, number>): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]) => {
    const port = socket.remotePort ?? 0;
    writes.set(port, (writes.get(port) ?? 0) + 1);
    return write(...args);
  };
}
