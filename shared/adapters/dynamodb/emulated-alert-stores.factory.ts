import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsClientConfig } from '../aws/aws-client';
import { createDynamoDbAlertStore } from './dynamodb-alert-store';
import { tableDefinition } from './table';

/** Alert stores at an AWS emulator, for tests: each on a table of its own. @throws {Error} if no emulator is named */
export function emulatedAlertStores(prefix: string) {
  const endpointUrl = process.env['AWS_ENDPOINT_URL'];
  if (endpointUrl === undefined)
    throw new Error('AWS_ENDPOINT_URL must name an AWS emulator that these tests may write to');
  const settings = { region: 'eu-central-1', endpointUrl, timeoutMs: 60_000, attemptTimeoutMs: 60_000, concurrency: 8 };
  const client = new DynamoDBClient(awsClientConfig(settings));
  let tables = 0;
  return {
    settings,
    async open() {
      const table = `${prefix}-${process.pid}-${tables++}`;
      await client.send(new CreateTableCommand(tableDefinition(table)));
      return createDynamoDbAlertStore({ ...settings, table });
    },
    close: () => client.destroy(),
  };
}
