import { Webhook } from 'standardwebhooks';
import { ACCOUNT } from '../environment';
import type { Told } from '../sinks';
import { FAULT_VALUE } from '../traffic';
import { until } from '../until';
import type { Step, World } from '../world';
import { ONCALL, SIGNING_KEY } from './apply-rules';

const TOLD_MS_MAX = 40_000;

export const tellPeople: Step = {
  name: 'people are told of the fault in Slack, by webhook and by mail',
  limitMs: 60_000,
  async run(world) {
    const [slack, hook, { mail, at }] = await Promise.all([
      until('its message in Slack', TOLD_MS_MAX, async () => ofFault(world, '/slack')),
      until('its event at the webhook', TOLD_MS_MAX, async () => ofFault(world, '/webhook')),
      until('its mail', TOLD_MS_MAX, () => mailOfFault(world)),
    ]);
    new Webhook(SIGNING_KEY).verify(hook.body, hook.headers as Record<string, string>);
    world.faultSeenMs.set('Slack', slack.at - world.faultSentAt);
    world.faultSeenMs.set('the webhook', hook.at - world.faultSentAt);
    world.faultSeenMs.set('mail', at - world.faultSentAt);
    return `the webhook's signature verified; mail "${mail.Subject}"`;
  },
};

function ofFault({ sinks }: World, path: string): Told | undefined {
  return sinks.told(path).find(({ body }) => body.includes(FAULT_VALUE));
}

interface Mail {
  readonly To: readonly string[];
  readonly Subject: string;
  readonly BodyText: string;
}

/** Of what SES has sent, and when it was seen there. */
async function mailOfFault({ urls }: World): Promise<{ readonly mail: Mail; readonly at: number } | undefined> {
  const answer = await fetch(new URL(`/_ministack/ses/messages?account=${ACCOUNT}`, urls.emulator));
  const { messages } = (await answer.json()) as { messages: Readonly<Record<string, readonly Mail[]>> };
  const mail = messages[ACCOUNT]?.find(({ To, BodyText }) => To.includes(ONCALL) && BodyText.includes(FAULT_VALUE));
  return mail && { mail, at: performance.now() };
}
