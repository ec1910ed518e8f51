import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { createDynamoDbAlertStore } from '../../../shared/adapters/dynamodb/dynamodb-alert-store';
import { applyRules as putInForce } from '../../../shared/alerting/rules-store';
import { REGION } from '../environment';
import { livePathOf } from '../live-path';
import type { Step } from '../world';

export const ONCALL = 'oncall@example.com';
const SENDER = 'tidewatch@example.com';
export const SIGNING_KEY = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
export const INGEST_TOKEN = 'a-token-of-24-characters-or-more';

export const applyRules: Step = {
  name: 'rules are applied and receivers have their secrets',
  limitMs: 30_000,
  async run(world) {
    const { secrets, ses } = world.emulator;
    const texts = {
      slack: { webhookUrl: `${world.sinks.url}/slack` },
      webhook: { keys: [SIGNING_KEY] },
      ingest: { tokens: [INGEST_TOKEN] },
    };
    for (const [name, text] of Object.entries(texts))
      await secrets.send(
        new CreateSecretCommand({ Name: `tidewatch/emulator/${name}`, SecretString: JSON.stringify(text) }),
      );
    await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: SENDER }));
    const { alerts: table } = livePathOf(world);
    const store = createDynamoDbAlertStore({ region: REGION, table });
    const { version } = await putInForce(store, rulesFor(world.sinks.url), 'test:deploy', Date.now());
    await store.close();
    return `version ${version}`;
  },
};

/** Everything is told to everybody, and at once. */
function rulesFor(sinks: string): string {
  return `version: 1
receivers:
  - { name: chat, channel: slack, secret: tidewatch/emulator/slack }
  - { name: mail, channel: email, to: [${ONCALL}] }
  - { name: hook, channel: webhook, url: '${sinks}/webhook', secret: tidewatch/emulator/webhook }
rules:
  - name: everything
route:
  receivers: [chat, mail, hook]
  groupBy: [source, metric]
  groupWait: 0s
  groupInterval: 1s
  repeatInterval: never
`;
}
