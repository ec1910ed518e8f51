import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PointStore, ScoreHistory } from '../../../shared/detection/ports';
import { linesOfScores } from './score-lines';

export type Past = ScoreHistory & Pick<PointStore, 'readAnomalies'>;

/**
 * What a run has stored, for other programs of the same person: its file has one user at a time. On loopback, to who can read the
 * address with its token in the run's folder.
 *
 * @param file gets the address, and goes when the server is closed
 */
export async function servePast(past: Past, file: string): Promise<{ readonly close: () => Promise<void> }> {
  const token = randomBytes(32).toString('hex');
  const server = createServer((request, response) => {
    answer(past, token, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(file, JSON.stringify({ url, token }), { mode: 0o600 });
  return {
    async close() {
      rmSync(file, { force: true });
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(past: Past, token: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isSame(request.headers.authorization ?? '', `Bearer ${token}`)) return void response.writeHead(403).end();
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const range = { from: Number(searchParams.get('from')), to: Number(searchParams.get('to')) };
  if (pathname === '/scores') await pipeline(Readable.from(linesOfScores(past.readScores(range))), response);
  else if (pathname === '/anomalies') response.end(JSON.stringify(await past.readAnomalies(range)));
  else response.writeHead(404).end();
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
