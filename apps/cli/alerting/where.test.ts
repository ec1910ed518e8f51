import { createMemoryStore } from '../../../shared/alerting/store/memory-store';
import { rulesInForce } from './where';

test('without rules a run on this machine has its own, and a deployment has none and says so', async () => {
  const store = createMemoryStore();
  expect(await rulesInForce(store, { data: '.tidewatch/demo' })).toMatchObject({ version: 0 });
  await expect(rulesInForce(store, { table: 'alerts' })).rejects.toThrow('no rules are applied to alerts');
});
