import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * Counts, from now on, what this process sends over connections that it opens after: by port of the server, how often it
 * wrote. A pipeline to Redis is one write, and so is a request to the model server's or the store's HTTP.
 */
export function countWrites(): ReadonlyMap<number, number> {
  const writes = new Map<number, number>();
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    // A socket takes its own method back when it connects, which it does right after it told of itself.
    process.nextTick(() => count(socket, writes));
  });
  return writes;
}

function count(socket: Socket, writes: Map<number, number>): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]) => {
    const port = socket.remotePort ?? 0;
    writes.set(port, (writes.get(port) ?? 0) + 1);
    return write(...args);
  };
}
