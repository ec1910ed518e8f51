import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsClientConfig } from '../aws/aws-client';
import { describeAlertStore } from '../contracts/alert-store.contract';
import { createDynamoDbAlertStore } from './dynamodb-alert-store';
import { tableDefinition } from './table';

const endpointUrl = process.env['AWS_ENDPOINT_URL'];
if (endpointUrl === undefined)
  throw new Error('AWS_ENDPOINT_URL must name an AWS emulator that these tests may write to');
const settings = { region: 'eu-central-1', endpointUrl, attemptTimeoutMs: 5_000, concurrency: 8 };
const client = new DynamoDBClient(awsClientConfig(settings));
afterAll(() => client.destroy());
let tables = 0;

describeAlertStore(
  'the alert store at DynamoDB',
  async () => {
    const table = `alerts-${process.pid}-${tables++}`;
    await client.send(new CreateTableCommand(tableDefinition(table)));
    return createDynamoDbAlertStore({ ...settings, table });
  },
  { runs: 15, expires: false },
);

test('a table that is not there is named, and nothing else is told', async () => {
  const store = createDynamoDbAlertStore({ ...settings, table: 'no-such-table' });
  await expect(store.load([{ partition: 'p', sort: 's' }])).rejects.toThrow(
    /table no-such-table refuses \(ResourceNotFound/,
  );
  await store.close();
});

test('a server that cannot be reached is a fault that may pass', async () => {
  const store = createDynamoDbAlertStore({
    ...settings,
    endpointUrl: 'http://127.0.0.1:9',
    table: 't',
    timeoutMs: 300,
  });
  await expect(store.commit([{ partition: 'p', sort: 's', expected: undefined, body: 1 }])).rejects.toMatchObject({
    name: 'AlertingFault',
    part: 'alert store',
  });
  await store.close();
});
