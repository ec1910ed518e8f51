import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  CUSTOM_ATTRIBUTES_HEADER,
  decodeAttributes,
  encodeAttributes,
} from '../../shared/adapters/sagemaker/custom-attributes';
import { FEATURE_SCHEMA_VERSION, type Model } from '../../shared/detection/model';
import { SCORING_FORMATS, type ScoringFormat, UnusableBody } from './scoring-formats';

export interface ModelServerOptions {
  /** Asked once a call. */
  readonly model: () => Model;
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Bytes of one request; more is answered with 413. SageMaker itself stops at 6 MB. */
  readonly bodyBytesMax?: number;
  /** Invocations in hand at a time; more are answered with 503, so that bodies in memory stay bounded. */
  readonly concurrencyMax?: number;
}

export interface ModelServer {
  /** As `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no new call, finishes those in hand and ends. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 6 * 1024 * 1024;
const CONCURRENCY_MAX = 32;
/** A body that takes longer to arrive is given up. */
const REQUEST_MS_MAX = 30_000;
/** Longer than clients and load balancers keep an idle connection, so that they never write into a closed one. */
const KEEP_ALIVE_MS = 75_000;

/**
 * The container contract of SageMaker: `GET /ping` and `POST /invocations`, and `/endpoints/{name}/invocations`, where the
 * SDK posts when it is pointed at this server. Answers carry schema and model version in the custom attributes.
 */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const app = Fastify({
    bodyLimit: options.bodyBytesMax ?? BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  });
  app.setErrorHandler(explain);
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, `there is nothing at ${request.method} ${pathOf(request)}`),
  );
  endConnectionsOnceClosing(app);
  takeOnly(app, [...SCORING_FORMATS.keys()]);
  app.get('/ping', (_, reply) => reply.send());
  const invocation = { onRequest: limited(options.concurrencyMax ?? CONCURRENCY_MAX) };
  const invoke = invocations(options.model);
  app.post('/invocations', invocation, invoke);
  app.post('/endpoints/:endpoint/invocations', invocation, invoke);
  const url = await app.listen({ port: options.port, host: options.host });
  return { url, close: () => app.close() };
}

function invocations(currentModel: () => Model) {
  return (request: FastifyRequest, reply: FastifyReply) => {
    const model = currentModel();
    const attributes = encodeAttributes({ schema: FEATURE_SCHEMA_VERSION, model: model.version });
    reply.header(CUSTOM_ATTRIBUTES_HEADER, attributes);
    const asked = decodeAttributes(headerOf(request, CUSTOM_ATTRIBUTES_HEADER)).schema;
    if (asked !== undefined && asked !== FEATURE_SCHEMA_VERSION) {
      return refuse(reply, 400, `the vectors have schema ${asked}; this model takes schema ${FEATURE_SCHEMA_VERSION}`);
    }
    const format = SCORING_FORMATS.get(mediaType(headerOf(request, 'content-type')));
    if (format === undefined) return refuse(reply, 415, unsupported());
    const answerFormat = answerFormatOf(headerOf(request, 'accept'), format);
    if (answerFormat === undefined)
      return refuse(reply, 406, `answers are ${[...SCORING_FORMATS.keys()].join(' or ')}`);
    const vectors = format.read(request.body as Buffer);
    if (vectors.length === 0) return refuse(reply, 400, 'the body has no rows');
    return reply.type(answerFormat.contentType).send(answerFormat.write(vectors.map((vector) => model.score(vector))));
  };
}

/** Bodies stay bytes; the formats read them. */
function takeOnly(app: FastifyInstance, contentTypes: readonly string[]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...contentTypes], { parseAs: 'buffer' }, (_, body, done) => done(null, body));
}

/** A connection whose answer comes after the close began would else be kept alive, and the close would wait for it. */
function endConnectionsOnceClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onSend', (_, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}

function limited(concurrencyMax: number) {
  let inHand = 0;
  return (_: FastifyRequest, reply: FastifyReply, done: () => void) => {
    if (inHand >= concurrencyMax) {
      refuse(reply.header('retry-after', '1'), 503, 'too many calls at the same time');
      return;
    }
    inHand++;
    reply.raw.once('close', () => inHand--);
    done();
  };
}

function explain(error: Error & { statusCode?: number; code?: string }, _: FastifyRequest, reply: FastifyReply) {
  if (error instanceof UnusableBody) return refuse(reply, 400, error.message);
  const status = error.statusCode ?? 500;
  if (status === 413) return refuse(reply, 413, 'the body is larger than this server takes');
  if (status === 415) return refuse(reply, 415, unsupported());
  if (status < 500) return refuse(reply, status, error.message);
  console.error(
    JSON.stringify({ level: 'error', message: 'an invocation failed', error: error.stack ?? error.message }),
  );
  return refuse(reply, 500, 'the model failed');
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).type('application/json').send(JSON.stringify({ message }));
}

function unsupported(): string {
  return `the content type must be ${[...SCORING_FORMATS.keys()].join(' or ')}`;
}

function answerFormatOf(accept: string | undefined, requested: ScoringFormat): ScoringFormat | undefined {
  const wanted = (accept ?? '*/*').split(',').map(mediaType);
  for (const type of wanted) {
    if (type === '*/*') return requested;
    const format = SCORING_FORMATS.get(type);
    if (format !== undefined) return format;
  }
  return undefined;
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]!.trim().toLowerCase();
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0]!.slice(0, 100);
}
