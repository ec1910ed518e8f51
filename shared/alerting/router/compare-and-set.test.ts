import { createMemoryStore } from '../store/memory-store';
import { compareAndSet } from './compare-and-set';

test('between comparisons that are lost the store pauses, and the last word is written', async () => {
  const memory = createMemoryStore();
  const key = { partition: 'p', sort: 's' };
  const pauses: number[] = [];
  let losses = 2;
  const store = {
    ...memory,
    commit: async (puts: Parameters<typeof memory.commit>[0]) => losses-- <= 0 && memory.commit(puts),
    pauseAfterLoss: async (count: number) => void pauses.push(count),
  };
  const put = async () => ({ puts: [{ ...key, expected: undefined, body: { n: 1 } }], result: 'done' });
  expect(await compareAndSet(store, [key], put)).toEqual(['done']);
  expect(pauses).toEqual([1, 2]);
});
