import { oldestWaiting } from './oldest-waiting';
import type { ShardTail } from './ports';

test.each<[string, readonly ShardTail['waitingSince'][], ReturnType<typeof oldestWaiting>]>([
  ['no shards: none waits', [], undefined],
  ['none waits', [undefined, undefined], undefined],
  ['the oldest of those that wait', [undefined, 7, 3, 5], 3],
  ['what is known to wait is told beside what is unknown', ['unknown', 7, undefined], 7],
  ['that none waits is not known while one does not answer', [undefined, 'unknown'], 'unknown'],
])('%s', (_, waiting, expected) => {
  const tails = waiting.map((waitingSince) => ({ takenUntil: 9, ...(waitingSince && { waitingSince }) }));
  expect(oldestWaiting(tails)).toBe(expected);
});
