import { describeAlertStore } from '../contracts/alert-store.contract';
import { createDynamoDbAlertStore } from './dynamodb-alert-store';
import { emulatedAlertStores } from './emulated-alert-stores.factory';

const stores = emulatedAlertStores('alerts');
const { settings } = stores;
afterAll(() => stores.close());

describeAlertStore('the alert store at DynamoDB', stores.open, { runs: 15, expires: false });

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
    name: 'TransientFault',
    part: 'alert store',
  });
  await store.close();
});
