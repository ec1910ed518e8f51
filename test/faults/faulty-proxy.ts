import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** What may happen to a request on its way. */
export type RequestFault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly errorType?: string }
  /** Never answered; the caller's time-out must end it. */
  | { readonly kind: 'hang' }
  /** Takes effect, but the answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** Answered, but with another body than the server's. */
  | { readonly kind: 'garble'; readonly garble: (body: string) => string }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The last line takes no effect, and the answer says so. */
  | { readonly kind: 'drop-line'; readonly status: number; readonly body: string };

export interface FaultyProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** An HTTP proxy in front of a real server that asks for each request what is to become of it. */
export async function startFaultyProxy(
  target: string,
  faultFor: (path: string, lines: () => readonly string[]) => RequestFault | undefined,
): Promise<FaultyProxy> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      pass(
        target,
        incoming,
        body,
        outgoing,
        faultFor(incoming.url ?? '', () => linesOf(incoming, body)),
      );
    });
    incoming.on('error', () => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pass(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
  fault: RequestFault | undefined,
): void {
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'answer') {
    const type = fault.errorType === undefined ? {} : { 'x-amzn-errortype': fault.errorType };
    outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...type }).end(fault.body);
    return;
  }
  if (fault?.kind === 'delay') {
    setTimeout(() => forward(target, incoming, body, outgoing, undefined), fault.ms);
    return;
  }
  if (fault?.kind === 'drop-line') {
    const kept = Buffer.from(linesOf(incoming, body).slice(0, -1).join('\n'));
    delete incoming.headers['content-encoding'];
    forward(target, incoming, kept, outgoing, fault);
    return;
  }
  forward(target, incoming, body, outgoing, fault);
}

function linesOf({ headers }: IncomingMessage, body: Buffer): readonly string[] {
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return plain.toString().trimEnd().split('\n');
}

function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
  fault: RequestFault | undefined,
): void {
  const upstream = request(new URL(incoming.url ?? '/', target), {
    method: incoming.method,
    headers: { ...incoming.headers, host: new URL(target).host, 'content-length': body.length },
  });
  upstream.on('error', () => outgoing.destroy());
  upstream.on('response', (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk) => chunks.push(chunk));
    answer.on('end', () => {
      if (fault?.kind === 'lose-answer') {
        outgoing.destroy();
        return;
      }
      if (fault?.kind === 'drop-line') {
        outgoing.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body);
        return;
      }
      const whole = Buffer.concat(chunks);
      const said = fault?.kind === 'garble' ? Buffer.from(fault.garble(whole.toString())) : whole;
      const { 'transfer-encoding': _, 'content-length': __, connection: ___, ...headers } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': said.length }).end(said);
    });
    answer.on('error', () => outgoing.destroy());
  });
  upstream.end(body);
}
