import type { WatchCounts } from '../../../lambdas/watch-silence/services';
import { invoke } from '../invoke';
import { livePathOf } from '../live-path';
import type { Step } from '../world';

export const watchSilence: Step = {
  name: 'the watch for silence runs',
  limitMs: 30_000,
  async run(world) {
    const { filed, fleetIsSilent } = await invoke<WatchCounts>(world, livePathOf(world).watchSilence);
    // A history that comes at once has no rhythm of arrivals that a source could be missed by.
    if (filed !== 0 || fleetIsSilent) throw new Error(`${filed} sources are missed at once`);
    return 'no source has a rhythm yet';
  },
};
