import { createMemoryStore } from '../../alerting/store/memory-store';
import { openStoreQueue } from './store-queue';

function open() {
  let now = 1_000;
  const store = createMemoryStore();
  return { store, queue: openStoreQueue(store, 'mail', () => now), pass: (ms: number) => (now += ms) };
}

test('gives a message until it is removed, each time after its visibility', async () => {
  const { queue, pass } = open();
  await queue.send('a', 'hello');
  expect(await queue.receive(10, 500)).toEqual([{ id: 'a', body: 'hello', receives: 1 }]);
  expect(await queue.receive(10, 500)).toEqual([]);
  pass(500);
  expect(await queue.receive(10, 500)).toEqual([{ id: 'a', body: 'hello', receives: 2 }]);
  await queue.remove('a');
  pass(5_000);
  expect(await queue.receive(10, 500)).toEqual([]);
  expect(await queue.depth()).toBe(0);
});

test('knows a message that it has, and takes one anew that was removed', async () => {
  const { queue } = open();
  await queue.send('a', 'one');
  await queue.send('a', 'one');
  expect(await queue.depth()).toBe(1);
  await queue.receive(1, 500);
  await queue.remove('a');
  await queue.send('a', 'one');
  expect(await queue.receive(1, 500)).toEqual([{ id: 'a', body: 'one', receives: 1 }]);
});

test('a message that is delayed comes when it was told to', async () => {
  const { queue, pass } = open();
  await queue.send('a', 'hello');
  await queue.receive(1, 500);
  await queue.delay('a', 10_000);
  pass(9_999);
  expect(await queue.receive(1, 500)).toEqual([]);
  pass(1);
  expect(await queue.receive(1, 500)).toMatchObject([{ receives: 2 }]);
});

test('of two receivers one gets a message', async () => {
  const { queue } = open();
  for (let i = 0; i < 20; i++) await queue.send(`m${i}`, '');
  const all = (await Promise.all([queue.receive(20, 500), queue.receive(20, 500)])).flat();
  expect(all.map(({ id }) => id).sort()).toEqual([...new Set(all.map(({ id }) => id))].sort());
  expect(all).toHaveLength(20);
});

test('what is buried is given no more and is kept', async () => {
  const { queue, store, pass } = open();
  await queue.send('a', 'poison');
  await queue.receive(1, 500);
  await queue.bury('a');
  pass(5_000);
  expect(await queue.receive(1, 500)).toEqual([]);
  expect(await store.indexed('queue#mail#dead')).toHaveLength(1);
});
