// A process that appends until it is killed and says on its standard output what was acknowledged: `<key> <from> <to>`.
// Arguments: folder, number to begin with.
import { writeSync } from 'node:fs';
import { PartitionedLog } from '../log/partitioned-log';
import { record } from './logs';

const [folder, first] = process.argv.slice(2);
const log = await PartitionedLog.open(folder!, { segmentBytesMax: 20_000 });
await Promise.all(Array.from({ length: 6 }, (_, caller) => appendForever(`pump-${caller}`, caller)));

async function appendForever(key: string, caller: number): Promise<void> {
  for (let from = Number(first), size = caller; ; size = (size * 7 + 3) % 40) {
    const to = from + size;
    const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    await log.append(numbers.map((number) => record(key, `${number}${'.'.repeat(number % 200)}`)));
    // One call of the system: what was said has been said, even if the next moment is the last.
    writeSync(1, `${key} ${from} ${to}\n`);
    from = to + 1;
  }
}
