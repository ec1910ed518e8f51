import { withSetAside } from '../../../apps/cli/quarantine/place';
import { redrive } from '../../../apps/cli/quarantine/redrive';
import { redriveEntries } from '../../../shared/runtime/redrive-entries';
import { quarantined } from '../aside';
import { livePathOf } from '../live-path';
import { until } from '../until';
import type { Step } from '../world';

const FILED_MS_MAX = 30_000;

export const redriveUnreadable: Step = {
  name: 'what was set aside goes on the stream again, and what is wrong for good comes back with its count',
  limitMs: 45_000,
  async run(world) {
    const { stream, quarantine } = livePathOf(world);
    const before = await quarantined(quarantine);
    for (const { stream: arn, shard, sequence, arrival, reason, body, index } of before) {
      const aside = { stream: arn, shard, sequence, arrival, reason, body: Buffer.from(body, 'base64') };
      for (const { data } of redriveEntries({ ...aside, elements: new Set([index]) })) world.sent.bodies.push(data);
    }
    const flags = { bucket: quarantine, stream, yes: true, attemptsMax: 3 };
    const code = await withSetAside(flags, process.env, (aside) => redrive(aside, flags, process.env, Date.now));
    if (code !== 0) throw new Error(`redrive ended with ${code}`);
    const isBack = async () => (await quarantined(quarantine)).find(({ attempt }) => attempt === 1);
    const { reason } = await until('its object', FILED_MS_MAX, isBack);
    return `${before.length} put again, back as ${reason} after 1 time`;
  },
};
