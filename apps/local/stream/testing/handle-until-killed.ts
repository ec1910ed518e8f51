// A process that handles a log's records until it is killed or has handled them all; each record that its handler has finished
// stands in a file of its shard. Arguments: log folder, folder of those files.
import { appendFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PartitionedLog } from '../log/partitioned-log';
import { EventSourceMapping } from '../mapping/event-source-mapping';

const [folder, handled] = process.argv.slice(2);
const log = await PartitionedLog.open(folder!);
const mapping = await EventSourceMapping.open(
  log,
  async (event) => {
    const [shard] = event.Records[0]!.eventID.split(':') as [string];
    const lines = event.Records.map((one) => `${one.kinesis.sequenceNumber}\n`).join('');
    appendFileSync(join(handled!, shard), lines);
    writeSync(1, '.');
    await new Promise((resolve) => setTimeout(resolve, 2));
  },
  { name: 'detect', settings: { batchSize: 20 } },
);
mapping.start();
await mapping.drain();
await log.close();
writeSync(1, '!');
