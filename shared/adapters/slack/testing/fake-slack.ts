import type { ServerResponse } from 'node:http';
import { openSink, type Sink, type SinkRequest } from '../../https/testing/sink';
import { blockProblems } from './block-rules';

export interface FakeSlackOptions {
  readonly token: string;
  /** Path of the incoming webhook. */
  readonly webhookPath: string;
  /** Epoch milliseconds, for the limit of a message a second. */
  readonly now: () => number;
}

export interface PostedMessage {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | undefined;
  readonly broadcast: boolean;
  readonly text: string;
  readonly blocks: readonly Json[];
  /** How often it was edited. */
  readonly edits: number;
}

export interface SharedFile {
  readonly channel: string;
  readonly thread: string;
  readonly bytes: Buffer;
}

type Json = Readonly<Record<string, unknown>>;
/** Said in place of an answer of its own. */
type Instead = (request: SinkRequest, response: ServerResponse) => boolean;

/** Slack as its documentation has it, and as strict: tokens, forms, block limits, a message a second in a conversation. */
export interface FakeSlack {
  readonly sink: Sink;
  readonly messages: PostedMessage[];
  readonly files: SharedFile[];
  /** Answers the next request; after that Slack answers itself again. */
  once(instead: Instead): void;
  remove(ts: string): void;
  close(): Promise<void>;
}

export const FAKE_CONVERSATIONS: Readonly<Record<string, string>> = {
  '#ops': 'C0OPS',
  C0OPS: 'C0OPS',
  '#dev': 'C0DEV',
};

export async function openFakeSlack({ token, webhookPath, now }: FakeSlackOptions): Promise<FakeSlack> {
  const messages: PostedMessage[] = [];
  const files: SharedFile[] = [];
  const uploads = new Map<string, Buffer>();
  const lastAt = new Map<string, number>();
  const queue: Instead[] = [];
  let count = 0;

  const tooFast = (channel: string): boolean => {
    const at = now();
    const isTooFast = at - (lastAt.get(channel) ?? Number.NEGATIVE_INFINITY) < 1_000;
    if (!isTooFast) lastAt.set(channel, at);
    return isTooFast;
  };
  const post = (channel: string, body: Json): PostedMessage => {
    const message = {
      channel,
      ts: `1700000000.${String(++count).padStart(6, '0')}`,
      thread: body['thread_ts'] as string | undefined,
      broadcast: body['reply_broadcast'] === true,
      text: String(body['text']),
      blocks: body['blocks'] as Json[],
      edits: 0,
    };
    messages.push(message);
    return message;
  };
  const methods: Record<string, (body: Json) => Json> = {
    'chat.postMessage': (body) => {
      const channel = FAKE_CONVERSATIONS[String(body['channel'])];
      if (channel === undefined) return refusal('channel_not_found');
      if (tooFast(channel)) return { status: 429, ...refusal('ratelimited') };
      const thread = body['thread_ts'];
      if (thread !== undefined && !messages.some(({ ts }) => ts === thread)) return refusal('thread_not_found');
      return problemsWith(body, POST_FIELDS) ?? { ok: true, channel, ts: post(channel, body).ts };
    },
    'chat.update': (body) => {
      const at = messages.findIndex(({ ts, channel }) => ts === body['ts'] && channel === body['channel']);
      if (at === -1) return refusal('message_not_found');
      const problems = problemsWith(body, ['channel', 'ts', 'text', 'blocks']);
      if (problems !== undefined) return problems;
      const before = messages[at]!;
      messages[at] = {
        ...before,
        text: String(body['text']),
        blocks: body['blocks'] as Json[],
        edits: before.edits + 1,
      };
      return { ok: true, channel: before.channel, ts: before.ts };
    },
    'files.getUploadURLExternal': ({ filename, length }) => {
      if (!filename || !/^\d+$/.test(String(length))) return refusal('invalid_arguments');
      const id = `F${++count}`;
      uploads.set(id, Buffer.alloc(Number(length)));
      return { ok: true, upload_url: `${sink.url}/upload/${id}`, file_id: id };
    },
    'files.completeUploadExternal': ({ files: given, channel_id, thread_ts }) => {
      const { id } = (given as { id: string }[])[0]!;
      const bytes = uploads.get(id);
      if (bytes === undefined || bytes.every((byte) => byte === 0)) return refusal('file_not_found');
      files.push({ channel: String(channel_id), thread: String(thread_ts), bytes });
      return { ok: true, files: [{ id }] };
    },
  };

  const sink: Sink = await openSink((request, response) => {
    if (queue.shift()?.(request, response)) return;
    const { path, headers, body } = request;
    const upload = /^\/upload\/(\w+)$/.exec(path)?.[1];
    if (upload !== undefined) {
      const isWhole = uploads.get(upload)?.length === body.length;
      if (isWhole) uploads.set(upload, body);
      return void response.writeHead(isWhole ? 200 : 400).end(isWhole ? `OK - ${body.length}` : 'wrong length');
    }
    if (path === webhookPath) return void answerWebhook(body, response);
    const method = methods[path.replace('/api/', '')];
    if (method === undefined) return void response.writeHead(404).end('no such method');
    if (headers.authorization !== `Bearer ${token}`) return void json(response, refusal('invalid_auth'));
    const parameters = read(request);
    json(response, parameters === undefined ? refusal('invalid_form_data') : method(parameters));
  });

  const answerWebhook = (body: Buffer, response: ServerResponse): void => {
    const parameters = JSON.parse(body.toString()) as Json;
    const problems = problemsWith(parameters, ['text', 'blocks']);
    if (tooFast('webhook')) response.writeHead(429, { 'retry-after': '1' }).end('rate_limited');
    else if (problems !== undefined) response.writeHead(400).end('invalid_blocks');
    else {
      post('webhook', parameters);
      response.writeHead(200).end('ok');
    }
  };

  return {
    sink,
    messages,
    files,
    once: (instead) => void queue.push(instead),
    remove: (ts) => void messages.splice(0, messages.length, ...messages.filter((message) => message.ts !== ts)),
    close: () => sink.close(),
  };
}

const POST_FIELDS = ['channel', 'text', 'blocks', 'thread_ts', 'reply_broadcast', 'unfurl_links', 'unfurl_media'];

function problemsWith(body: Json, fields: readonly string[]): Json | undefined {
  const { text, blocks } = body;
  const unknown = Object.keys(body).filter((name) => !fields.includes(name));
  if (unknown.length > 0) return refusal('invalid_arguments', unknown);
  if (typeof text !== 'string' || text === '') return refusal('no_text');
  if (text.length > 4_000) return refusal('msg_too_long');
  const problems = blockProblems(blocks);
  return problems.length === 0 ? undefined : refusal('invalid_blocks', problems);
}

function refusal(error: string, messages: readonly string[] = []): Json {
  return { ok: false, error, ...(messages.length === 0 ? {} : { response_metadata: { messages } }) };
}

/** As the method takes it: JSON, but for uploads a form. */
function read({ path, headers, body }: SinkRequest): Json | undefined {
  const type = String(headers['content-type']);
  if (path === '/api/files.getUploadURLExternal')
    return type === 'application/x-www-form-urlencoded'
      ? Object.fromEntries(new URLSearchParams(body.toString()))
      : undefined;
  return type === 'application/json; charset=utf-8' ? (JSON.parse(body.toString()) as Json) : undefined;
}

function json(response: ServerResponse, { status = 200, ...body }: Json): void {
  const wait = status === 429 ? { 'retry-after': '1' } : {};
  response.writeHead(status as number, { 'content-type': 'application/json', ...wait }).end(JSON.stringify(body));
}
