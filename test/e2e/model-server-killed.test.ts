import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDataFolder } from '../../apps/local/live/data-folder';
import { type LivePath, openLivePath } from '../../apps/local/live/live-path';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { DataPoint } from '../../shared/domain/data-point';
import type { PointRow } from '../../shared/domain/rows';
import { bundlePrograms, type Programs } from './programs';

/** The model server dies in the middle of a run; afterwards nothing of it is to be seen in the rows. */

let programs: Programs;
const folder = mkdtempSync(path.join(tmpdir(), 'killed-'));
beforeAll(() => {
  programs = bundlePrograms();
});
afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

const SOURCES = ['a', 'b', 'c'];
const STEPS = 600;
const CHUNK = 50;
const EVENTFUL = { from: 300, to: 310 };

/** Noise around a wave, with a jump of one source in the middle; seeded by the step. */
function chunk(from: number): DataPoint[] {
  return Array.from({ length: CHUNK }, (_, i) => from + i).flatMap((step) =>
    SOURCES.map((source, s) => {
      const noise = Math.sin(step * (7.1 + s)) * 43_758.5453;
      const jump = s === 1 && step >= EVENTFUL.from && step < EVENTFUL.to ? 60 : 0;
      const m = 50 + 5 * Math.sin(step / 20) + (noise - Math.floor(noise)) + jump;
      return { source, timestamp: Date.UTC(2026, 0, 1) + step * 60_000, metrics: { m }, tags: {} };
    }),
  );
}

interface Left {
  readonly rows: readonly PointRow[];
  readonly events: readonly AnomalyEvent[];
  readonly told: readonly AnomalyEvent[];
}

/** Points through a live path of its own, until no row waits for its scores. */
async function run(
  name: string,
  feed: (live: LivePath, told: readonly AnomalyEvent[]) => Promise<void>,
): Promise<Left> {
  const told: AnomalyEvent[] = [];
  const live = await openLivePath({
    folder: openDataFolder(path.join(folder, name)),
    modelServerScript: programs.modelServer,
    rescoreEveryMs: 50,
    onEvent: (event) => void told.push(event),
  });
  try {
    await feed(live, told);
    await until(async () => (await live.store.readDegraded({ schema: 1, limit: 1 })).length === 0);
    const series = await Promise.all(SOURCES.map((source) => live.store.readPoints({ source, metric: 'm' })));
    return { rows: series.flat(), events: await live.store.readAnomalies({}), told };
  } finally {
    await live.stop();
  }
}

async function feedSteps(live: LivePath, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step += CHUNK) {
    await live.producer.put(chunk(step));
    await live.mapping.caughtUp();
  }
}

/** Kills the model server and keeps it from coming back, by sitting on its port, until the condition holds. */
async function killedUntil(live: LivePath, condition: () => boolean): Promise<void> {
  process.kill(live.modelServer.pid()!, 'SIGKILL');
  const squatter = createServer((socket) => socket.destroy());
  squatter.on('error', () => undefined);
  const port = Number(new URL(live.modelServer.url).port);
  await until(async () => {
    if (!squatter.listening) squatter.listen(port, '127.0.0.1');
    return condition();
  });
  await new Promise((closed) => squatter.close(closed));
}

test('rows scored without it are scored again, and are what they are in a run that nothing disturbs', async () => {
  const peace = await run('peace', (live) => feedSteps(live, 0, STEPS));
  const disturbed = await run('disturbed', async (live, told) => {
    await feedSteps(live, 0, EVENTFUL.from - CHUNK);
    const killed = killedUntil(live, () => told.some(({ degraded }) => degraded));
    await live.producer.put([...chunk(EVENTFUL.from - CHUNK), ...chunk(EVENTFUL.from)]);
    await killed;
    await feedSteps(live, EVENTFUL.from + CHUNK, STEPS);
  });

  const amended = disturbed.rows.filter(({ revision }) => revision === 1);
  expect(amended.length).toBeGreaterThan(0);
  expect(amended.length).toBeLessThan(disturbed.rows.length);
  expect(comparable(disturbed.rows)).toEqual(comparable(peace.rows));

  const live = ({ events }: Left) => events.filter(({ phase }) => phase !== 'corrected').map(({ id }) => id);
  expect(live(disturbed)).toEqual(live(peace));
  expect(live(peace).length).toBeGreaterThan(0);
  // What was told degraded is corrected once each, with the scores that the rows have.
  const told = disturbed.events.filter(({ degraded }) => degraded);
  const corrected = disturbed.events.filter(({ phase }) => phase === 'corrected');
  expect(told.length).toBeGreaterThan(0);
  expect(corrected.map(series)).toEqual(told.map(series));
  expect(
    disturbed.told
      .filter(({ phase }) => phase === 'corrected')
      .map(series)
      .sort(),
  ).toEqual(corrected.map(series).sort());
});

/** Without what differs between any two runs, and without the revision. */
function comparable(rows: readonly PointRow[]) {
  return rows.map(({ stream: _s, shard: _h, sequence: _q, index: _i, revision: _r, ...row }) => row);
}

function series({ source, metric, timestamp, alarmScore }: AnomalyEvent): string {
  return JSON.stringify([source, metric, timestamp, alarmScore]);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((soon) => setTimeout(soon, 10));
}
