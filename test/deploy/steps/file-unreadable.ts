import { quarantined } from '../aside';
import { livePathOf } from '../live-path';
import { SOURCES, sendRecord } from '../traffic';
import { until } from '../until';
import type { Step } from '../world';

const UNREADABLE = '{"source":"pump-0","timest';
const FILED_MS_MAX = 30_000;

export const fileUnreadable: Step = {
  name: 'a record that cannot be read goes to quarantine',
  limitMs: 45_000,
  async run(world) {
    const { stream, quarantine } = livePathOf(world);
    await sendRecord(world, stream, SOURCES[0]!, UNREADABLE);
    const filed = await until('its object', FILED_MS_MAX, async () => (await quarantined(quarantine))[0]);
    const body = Buffer.from(filed.body, 'base64').toString();
    if (body !== UNREADABLE) throw new Error(`its body is ${body}`);
    return `${filed.reason}, its body as sent`;
  },
};
