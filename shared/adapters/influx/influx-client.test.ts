import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { createInfluxClient } from './influx-client';

describe('the InfluxDB client', () => {
  it.each([
    ['sends plain bodies over loopback', '127.0.0.1', undefined],
    // An address that reaches this machine without being called loopback.
    ['compresses what goes over a network', '0.0.0.0', 'gzip'],
  ])('%s', async (_, host, encoding) => {
    const seen: { encoding: string | undefined; body: string }[] = [];
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const body = Buffer.concat(parts);
      const isGzip = request.headers['content-encoding'] === 'gzip';
      seen.push({ encoding: request.headers['content-encoding'], body: (isGzip ? gunzipSync(body) : body).toString() });
      response.writeHead(204).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const client = createInfluxClient({ url: `http://${host}:${port}`, api: 1, database: 'd' }, 1);
    const long = 'points value=1 1\n'.repeat(500);
    for (const body of ['points value=1 1', long]) await client.write(body, 1_000);
    client.close();
    await new Promise((stopped) => server.close(stopped));
    expect(seen).toEqual([
      { encoding: undefined, body: 'points value=1 1' },
      { encoding, body: long },
    ]);
  });
});
