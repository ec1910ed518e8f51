import type { TickCounts } from '../../../shared/alerting/router/tick';
import { invoke } from '../invoke';
import { livePathOf } from '../live-path';
import type { Step } from '../world';

export const takeTurns: Step = {
  name: 'groups of alerts have their turn by the schedule as well',
  limitMs: 30_000,
  async run(world) {
    const { turns, failed } = await invoke<TickCounts>(world, livePathOf(world).routeAlerts);
    if (failed !== 0) throw new Error(`${failed} of ${turns} turns failed`);
    return `${turns} were due`;
  },
};
