import { z } from 'zod';
import { readSecret } from '../../shared/adapters/notify/read-secret';
import { ACTIONS_BLOCK, readPressed } from '../../shared/adapters/slack/action-buttons';
import { escapedTo } from '../../shared/adapters/slack/mrkdwn';
import { isFromSlack } from '../../shared/adapters/slack/signature';
import { sealed } from '../../shared/alerting/sealed';
import { oneLine } from '../../shared/alerting/words/one-line';
import { type HttpRequest, type HttpResponse, jsonResponse } from '../../shared/runtime/http';
import { act } from './act';
import { NotAllowed } from './not-allowed';
import type { Services } from './services';

const SecretSchema = z.object({ signingSecret: z.string().min(16) });

/** Of what Slack sends when something was pressed, the parts that are used. */
const PayloadSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string().min(1).max(50), username: z.string().max(100).optional() }),
  actions: z.array(z.object({ action_id: z.string(), block_id: z.string(), value: z.string().max(2_000) })).min(1),
  response_url: z.string().max(500).optional(),
  message: z.object({ text: z.string().optional(), blocks: z.array(z.looseObject({ type: z.string() })) }).optional(),
});
type Payload = z.output<typeof PayloadSchema>;
type Message = NonNullable<Payload['message']>;

/** Slack waits 3 s for the whole; the message is touched up only in what is left. */
const ANSWER_MS = 2_600;
const TOUCH_UP_MS_MIN = 200;

/**
 * What was pressed in Slack, signed by it (version 0, over the raw body). Acts first and answers then: when it cannot act, Slack
 * shows that to whoever pressed. Pressed twice, it changes nothing.
 */
export async function takeSlackAction(request: HttpRequest, services: Services): Promise<HttpResponse> {
  const end = services.now() + ANSWER_MS;
  await authenticate(request, services);
  const payload = readPayload(request);
  const [pressed] = payload?.actions ?? [];
  const read = pressed?.block_id === ACTIONS_BLOCK ? readPressed(pressed.action_id, pressed.value) : undefined;
  // Buttons of others, as links: Slack wants to hear that they were heard.
  if (payload === undefined || read === undefined) return jsonResponse(200, {});
  const { id, username } = payload.user;
  const actor = { by: username === undefined ? id : `${oneLine(username)} (${id})`, via: 'slack' } as const;
  const acted = await act(services.actions, read.action, read.target, actor, services.now());
  const said = { words: acted.words, isAcknowledged: acted.known > 0 && read.action.what === 'acknowledge' };
  await touchUp(payload, said, services, end - services.now());
  return jsonResponse(200, {});
}

async function authenticate({ headers, body }: HttpRequest, services: Services): Promise<void> {
  const { secrets, secretNames, now } = services;
  if (secretNames.slack === undefined) throw new NotAllowed('Slack is not listened to here');
  const { signingSecret } = await readSecret(secrets, secretNames.slack, SecretSchema);
  const timestamp = headers['x-slack-request-timestamp'];
  const signature = headers['x-slack-signature'];
  if (!isFromSlack({ timestamp, signature, body }, sealed(signingSecret), now()))
    throw new NotAllowed('the signature is not accepted');
}

function readPayload({ body }: HttpRequest): Payload | undefined {
  try {
    const text = new URLSearchParams(body.toString('utf8')).get('payload');
    return PayloadSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** Says in the message what was done, for all who see it. Best effort: it is done whether or not it can be said. */
async function touchUp(
  { response_url: url, message }: Payload,
  { words, isAcknowledged }: { readonly words: string; readonly isAcknowledged: boolean },
  { call, observe }: Services,
  withinMs: number,
): Promise<void> {
  if (url === undefined || !isResponseUrl(url) || withinMs < TOUCH_UP_MS_MIN) return;
  const said = { type: 'context', elements: [{ type: 'mrkdwn', text: escapedTo(words, 1_000), verbatim: true }] };
  const answer =
    message === undefined || message.blocks.length >= BLOCKS_MAX
      ? { response_type: 'ephemeral', replace_original: false, text: words }
      : {
          replace_original: true,
          text: message.text ?? words,
          blocks: [...blocksLeft(message.blocks, isAcknowledged), said],
        };
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  try {
    await call({ url, method: 'POST', headers, body: JSON.stringify(answer), timeoutMs: withinMs });
  } catch (error) {
    observe.problem('slack message', error);
  }
}

/** Nobody needs to acknowledge what somebody has. */
function blocksLeft(blocks: Message['blocks'], isAcknowledged: boolean): Message['blocks'] {
  if (!isAcknowledged) return blocks;
  return blocks.map((block) =>
    block['block_id'] === ACTIONS_BLOCK && Array.isArray(block['elements'])
      ? {
          ...block,
          elements: block['elements'].filter(({ action_id }: { action_id?: unknown }) => action_id !== 'acknowledge'),
        }
      : block,
  );
}

const BLOCKS_MAX = 49;

/** Signed or not, no other address is called. */
function isResponseUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port } = new URL(url);
  return protocol === 'https:' && port === '' && (hostname === 'hooks.slack.com' || hostname === 'hooks.slack-gov.com');
}
