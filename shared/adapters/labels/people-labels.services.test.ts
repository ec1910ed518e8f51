import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsClientConfig } from '../aws/aws-client';
import { describePeopleLabels } from '../contracts/people-labels.contract';
import { createDynamoDbAlertStore } from '../dynamodb/dynamodb-alert-store';
import { tableDefinition } from '../dynamodb/table';

const endpointUrl = process.env['AWS_ENDPOINT_URL'];
if (endpointUrl === undefined)
  throw new Error('AWS_ENDPOINT_URL must name an AWS emulator that these tests may write to');
const settings = { region: 'eu-central-1', endpointUrl, attemptTimeoutMs: 5_000, concurrency: 8 };
const client = new DynamoDBClient(awsClientConfig(settings));
afterAll(() => client.destroy());
let tables = 0;

describePeopleLabels('labels of people, from DynamoDB', async () => {
  const table = `labels-${process.pid}-${tables++}`;
  await client.send(new CreateTableCommand(tableDefinition(table)));
  return createDynamoDbAlertStore({ ...settings, table });
});
