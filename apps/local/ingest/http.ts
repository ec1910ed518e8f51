import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LIMITS } from '../../../shared/domain/limits';
import { DEFAULT_SETTINGS, type Settings } from '../../../shared/domain/settings';
import { refused } from '../../../shared/domain/wire';
import { readPosted, UNKNOWN_ENCODING } from '../../../shared/runtime/ingest';
import { type Answer, answerFor, refusalStatus } from '../../../shared/runtime/ingest-answer';
import { redrivenEntry } from '../../../shared/runtime/redrive-entries';
import { redrivenOf } from '../../../shared/runtime/redriven-record';
import { LogClosed, LogFull, LogWriteFailed } from '../stream/log/errors';
import type { Producer } from './producer';

export interface IngestOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Which times are taken; defaults if absent. */
  readonly settings?: (() => Promise<Settings>) | undefined;
  /** What a client should wait when the log is full. */
  readonly retryAfterSeconds?: number;
  /** How long clients may take to finish what they began when the server closes; 5 s if absent. */
  readonly graceMs?: number;
  /** Told of what goes wrong on our side. */
  readonly onProblem?: (error: unknown) => void;
}

/** A running HTTP ingest. */
export interface IngestServer {
  readonly port: number;
  /** Answers what is under way, refuses what comes, then closes. */
  close(): Promise<void>;
}

/** Bodies on their way to disk at once, and connections that may be sending one: what slow disks and many clients may cost in memory. */
const REQUESTS_MAX = 64;
const CONNECTIONS_MAX = 128;
const REQUEST_TIMEOUT_MS = 30_000;
const GRACE_MS = 5_000;

/**
 * `POST /points` (JSON object, array or NDJSON, or line protocol; gzip or not) and `GET /health`, on loopback alone. A 202 means that the accepted points are
 * in the log on disk; rejected elements are named beside them. A redriven record is taken as it is.
 *
 * @throws if the port is taken
 */
export async function startIngest(producer: Producer, options: IngestOptions): Promise<IngestServer> {
  const server = fastify({
    bodyLimit: LIMITS.recordBytesMax,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Requests of a connection that stays open during the shutdown are answered 503.
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });
  readBodiesAsBytes(server);
  const state = { stopping: false };
  addRoutes(server, producer, options, state);
  server.server.maxConnections = CONNECTIONS_MAX;
  await server.listen({ host: '127.0.0.1', port: options.port });
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    close: async () => {
      state.stopping = true;
      const impatience = setTimeout(() => server.server.closeAllConnections(), options.graceMs ?? GRACE_MS);
      await server.close();
      clearTimeout(impatience);
    },
  };
}

function readBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const types = ['application/json', 'application/x-ndjson', 'application/ndjson', 'application/jsonl', 'text/plain'];
  server.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error, _request, reply) => {
    const { statusCode = 500, code } = error as { statusCode?: number; code?: string };
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return send(reply, refusal('too-large', TOO_LARGE));
    if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
      return reply.code(415).send({ error: 'the body must be JSON, NDJSON or, as text/plain, line protocol' });
    return reply.code(statusCode).send({ error: statusCode < 500 ? (error as Error).message : 'internal error' });
  });
}

const TOO_LARGE = `the body is larger than ${LIMITS.recordBytesMax} bytes; send the points in several requests`;

function addRoutes(
  server: FastifyInstance,
  producer: Producer,
  options: IngestOptions,
  state: { readonly stopping: boolean },
): void {
  let active = 0;
  // Else a client's idle connection would hold up the end.
  server.addHook('onSend', async (_request, reply) => {
    if (state.stopping) reply.header('connection', 'close');
  });
  // A page in a browser on this machine can reach this port too, by its own name or by one that was made to point here.
  server.addHook('onRequest', async (request, reply) => {
    if (request.headers.origin !== undefined || !isLoopback(request.headers.host ?? ''))
      return reply.code(403).send({ error: 'only programs on this machine may post, not web pages' });
  });
  server.get('/health', () => ({ status: 'ok' }));
  server.post('/points', async (request, reply) => {
    if (state.stopping) return reply.code(503).send({ error: 'stopping' });
    if (active >= REQUESTS_MAX) return tooMany(reply, 'too many requests at once; try again later', options);
    active++;
    try {
      return await takePoints(request, reply, producer, options);
    } finally {
      active--;
    }
  });
}

function isLoopback(host: string): boolean {
  return /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i.test(host);
}

async function takePoints(
  request: FastifyRequest,
  reply: FastifyReply,
  producer: Producer,
  options: IngestOptions,
): Promise<FastifyReply> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (redrivenOf(body) !== undefined) return takeAgain(body, reply, producer, options);
  const encoding = request.headers['content-encoding'];
  const decoded = readPosted(body, encoding, (await options.settings?.()) ?? DEFAULT_SETTINGS, Date.now());
  if (decoded === undefined) return reply.code(415).send({ error: UNKNOWN_ENCODING });
  if (decoded.points.length === 0) return send(reply, answerFor(decoded));
  try {
    await producer.put(
      decoded.points.map(({ point }) => point),
      { whenFull: 'reject' },
    );
  } catch (error) {
    return failed(error, reply, options);
  }
  return send(reply, answerFor(decoded));
}

/** What was set aside goes on the stream with its mark; detection judges it, and sets it aside again if it must. */
async function takeAgain(
  body: Buffer,
  reply: FastifyReply,
  producer: Producer,
  options: IngestOptions,
): Promise<FastifyReply> {
  try {
    await producer.putRecords([redrivenEntry(body)], { whenFull: 'reject' });
  } catch (error) {
    return failed(error, reply, options);
  }
  return reply.code(202).send({ redriven: 1 });
}

function refusal(reason: Parameters<typeof refused>[0], message: string): Answer {
  const decoded = refused(reason, message);
  return { ...answerFor(decoded), status: refusalStatus(reason) };
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply.code(answer.status).send(answer.body);
}

function failed(error: unknown, reply: FastifyReply, options: IngestOptions): FastifyReply {
  if (error instanceof LogFull) return tooMany(reply, 'the log is full; try again later', options);
  if (error instanceof LogClosed) return reply.code(503).send({ error: 'stopping' });
  options.onProblem?.(error);
  if (error instanceof LogWriteFailed)
    return reply.code(503).send({ error: 'the points could not be written; try again' });
  return reply.code(500).send({ error: 'internal error' });
}

function tooMany(reply: FastifyReply, error: string, { retryAfterSeconds = 1 }: IngestOptions): FastifyReply {
  return reply.code(429).header('retry-after', String(retryAfterSeconds)).send({ error });
}
