import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { TransientFault } from '../../domain/transient-fault';
import { secretsManager } from './secrets-manager';

/** Region, endpoint and dummy credentials are in the environment of `npm run test:services`. */
const region = process.env['AWS_REGION']!;
const client = new SecretsManagerClient({});
afterAll(() => client.destroy());

test('a secret is read by its name and by its ARN, and again when it was changed', async () => {
  const Name = `tidewatch/${randomUUID()}`;
  const { ARN } = await client.send(new CreateSecretCommand({ Name, SecretString: '{"botToken":"xoxb-1"}' }));
  const fetch = secretsManager({ region });
  expect(await fetch(Name)).toBe('{"botToken":"xoxb-1"}');
  expect(await fetch(ARN!)).toBe('{"botToken":"xoxb-1"}');
  await client.send(new PutSecretValueCommand({ SecretId: Name, SecretString: 'changed' }));
  expect(await fetch(Name)).toBe('changed');
});

test('one that does not exist is none', async () => {
  expect(await secretsManager({ region })('tidewatch/not-there')).toBeUndefined();
});

test('one that holds bytes is none', async () => {
  const Name = `tidewatch/${randomUUID()}`;
  await client.send(new CreateSecretCommand({ Name, SecretBinary: Buffer.from('bytes') }));
  expect(await secretsManager({ region })(Name)).toBeUndefined();
});

test('a server that is not there is a passing fault', async () => {
  const fetch = secretsManager({ region, endpointUrl: 'http://127.0.0.1:1', timeoutMs: 300 });
  await expect(fetch('tidewatch/slack')).rejects.toThrow(TransientFault);
});
