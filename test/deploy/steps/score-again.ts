import type { RescoreCounts } from '../../../lambdas/rescore-degraded/services';
import { invoke } from '../invoke';
import { livePathOf, rowsOf } from '../live-path';
import { ordinary, SOURCES, sendPoint } from '../traffic';
import { until } from '../until';
import type { Step } from '../world';

/** Scoring gives up after its budget of 5 s. */
const STORED_MS_MAX = 30_000;

export const scoreAgain: Step = {
  name: 'what the built-in model scores while the model server is away is scored again by it',
  limitMs: 60_000,
  async run(world) {
    const { stream, rescoreDegraded } = livePathOf(world);
    const point = ordinary(Date.now(), SOURCES[2]);
    const isDegraded = async () =>
      (await rowsOf(world.urls.influx, point))?.some(({ fields }) => fields['degraded'] === true);
    const from = performance.now();
    world.model.pause();
    try {
      await sendPoint(world, stream, point);
      const degraded = await until('its rows', STORED_MS_MAX, isDegraded);
      if (!degraded) throw new Error('the rows do not say that they are degraded');
    } finally {
      world.model.resume();
    }
    const stored = ((performance.now() - from) / 1000).toFixed(1);
    const { rows, ended } = await invoke<RescoreCounts>(world, rescoreDegraded);
    if (ended !== 'nothing-left' || (await isDegraded())) throw new Error(`${rows} rows amended, ended by ${ended}`);
    return `stored after ${stored} s, marked degraded; ${rows} rows amended`;
  },
};
