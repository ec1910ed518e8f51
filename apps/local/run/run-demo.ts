import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { DataPoint } from '../../../shared/domain/data-point';
import { DEFAULT_SETTINGS } from '../../../shared/domain/settings';
import { demoSettings } from '../demo/demo-settings';
import type { Fault } from '../demo/fault';
import { type Fleet, makeFleet } from '../demo/fleet';
import { type FaultSchedule, scheduleFaults } from '../demo/schedule';
import { summarise } from '../demo/summary';
import { summaryTable } from '../demo/summary-table';
import { deliveriesBetween, historyPoints } from '../demo/world';
import { inboxWords } from '../screen/inbox-words';
import { type LiveScreen, openLiveScreen } from '../screen/live-screen';
import { duration, wholeNumber } from '../screen/numbers';
import { openProgress } from '../screen/progress';
import { openRate } from '../screen/rate';
import { statusLine } from '../screen/status-line';
import { waitingWords } from '../screen/waiting-words';
import { type DemoMemory, readDemoMemory, writeDemoMemory } from './demo-memory';
import { openSession, type RunOptions, type Session } from './session';
import { unlessStopped } from './unless-stopped';

export interface DemoOptions extends RunOptions {
  /** Which fleet; absent: that of the folder, else the first. */
  readonly seed?: number | undefined;
  /** Between two live points of a source, milliseconds. */
  readonly intervalMs: number;
  /** End by itself after so many live seconds. */
  readonly seconds?: number | undefined;
}

const FIRST_SEED = 1;
const DAY_MS = 86_400_000;
const HISTORY_MS = 14 * DAY_MS;
const HISTORY_STEP_MS = 15 * 60_000;
/** Points handed over at once during the replay. */
const CHUNK_POINTS = 2_000;
const TICK_MS = 200;
/** A fault still explains an anomaly for so many intervals after its end. */
const GRACE_INTERVALS = 30;

/** The demo: two weeks of history, then live with injected faults, until stopped; then what was found of what was injected. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const graceMs = GRACE_INTERVALS * options.intervalMs;
  const watch: { screen?: LiveScreen; print?: (lines: string[]) => void; liveFrom: number } = {
    liveFrom: Number.POSITIVE_INFINITY,
  };
  const settings = options.settings ?? DEFAULT_SETTINGS;
  const session = await openSession(
    {
      ...options,
      settings: demoSettings(options.intervalMs, settings),
      watchEveryMs: Math.max(options.intervalMs / 2, TICK_MS),
      alerts: true,
    },
    {
      onRows: (rows) => watch.screen?.rows(rows),
      onObserved: (source, observations) => watch.screen?.observed(source, observations),
      onEvent: (event) => {
        if (event.timestamp >= watch.liveFrom) watch.print?.(watch.screen?.event(event, Date.now()) ?? []);
      },
    },
  );
  try {
    const screen = openLiveScreen({ paint: session.paint, columns: session.writer.columns, graceMs });
    watch.screen = screen;
    watch.print = (lines) => session.writer.print(lines);
    const memory = recall(session, options);
    const fleet = makeFleet(memory.seed);
    if (!memory.isReplayed && !(await replay(session, fleet, memory, options.stopping))) return;
    watch.liveFrom = Date.now();
    introduce(session, options.intervalMs, memory.isReplayed);
    const schedule = scheduleFaults(fleet, { liveFrom: watch.liveFrom, intervalMs: options.intervalMs });
    const faults = await goLive(session, { fleet, schedule }, screen, options);
    if (!(await unlessStopped(session.path.mapping.caughtUp(), options.stopping)))
      session.writer.print([waitingWords(session.path.mapping.lag().records)]);
    await showSummary(session, fleet, faults, watch.liveFrom, graceMs);
  } finally {
    session.writer.close();
    await session.path.stop();
  }
}

/** The world of an earlier start on the same folder, or a new one that ends its history now. */
function recall({ folder, writer, paint }: Session, { seed }: DemoOptions): DemoMemory {
  const known = readDemoMemory(folder.demoFile);
  if (known !== undefined) {
    if (seed !== undefined && seed !== known.seed)
      writer.print([
        paint(
          'warning',
          `${folder.root} holds the fleet of seed ${known.seed}: it goes on, --seed ${seed} needs a new --data folder`,
        ),
      ]);
    return known;
  }
  const historyTo = Math.floor(Date.now() / HISTORY_STEP_MS) * HISTORY_STEP_MS;
  const memory: DemoMemory = {
    version: 1,
    seed: seed ?? FIRST_SEED,
    historyFrom: historyTo - HISTORY_MS,
    historyTo,
    isReplayed: false,
  };
  writeDemoMemory(folder.demoFile, memory);
  return memory;
}

/** History through the live path. False when stopped before its end: the next start replays it again, to no effect on what is stored. */
async function replay(session: Session, fleet: Fleet, memory: DemoMemory, stopping: AbortSignal): Promise<boolean> {
  const { path, writer, folder } = session;
  const total = fleet.sources.length * Math.ceil((memory.historyTo - memory.historyFrom) / HISTORY_STEP_MS);
  const begun = performance.now();
  const progress = openProgress(process.stderr, { title: 'replaying two weeks of history', total, unit: 'points' });
  for (const chunk of chunked(
    historyPoints(fleet, memory.historyFrom, memory.historyTo, HISTORY_STEP_MS),
    CHUNK_POINTS,
  )) {
    if (stopping.aborted) break;
    await unlessStopped(path.producer.put(chunk), stopping, 0);
    progress.update(path.counts.points);
  }
  if (!stopping.aborted) {
    const timer = setInterval(() => progress.update(path.counts.points), TICK_MS);
    await unlessStopped(path.mapping.caughtUp(), stopping, 0).finally(() => clearInterval(timer));
  }
  progress.stop();
  if (stopping.aborted) {
    writer.print(['stopped before the history was learnt; the next start begins it again']);
    return false;
  }
  const { values } = path.counts;
  const elapsed = performance.now() - begun;
  writer.print([
    `${wholeNumber(path.counts.points)} points of ${fleet.sources.length} sources (${wholeNumber(values)} values) learnt in ${duration(elapsed)}: ${wholeNumber((1000 * values) / elapsed)} values/s`,
  ]);
  writeDemoMemory(folder.demoFile, { ...memory, isReplayed: true });
  return true;
}

function introduce({ writer, paint, folder, path }: Session, intervalMs: number, isRestart: boolean): void {
  writer.print([
    `${isRestart ? 'going on where the last start stopped' : 'live'}: a point of each source every ${duration(intervalMs)}, and injected faults; Ctrl-C ends`,
    paint('dim', `data in ${folder.root}`),
    paint('dim', inboxWords(folder, path.apiUrl)),
    '',
  ]);
}

/** Hands over what the fleet says, as it says it, until stopped. Gives the faults that were injected. */
async function goLive(
  { path, writer, folder }: Session,
  { fleet, schedule }: { fleet: Fleet; schedule: FaultSchedule },
  screen: LiveScreen,
  options: DemoOptions,
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  const rate = openRate();
  const series = fleet.sources.reduce((sum, { kind }) => sum + kind.metrics.length, 0);
  const end = options.seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + 1000 * options.seconds;
  let told = schedule.liveFrom;
  while (!options.stopping.aborted && Date.now() < end) {
    const now = Date.now();
    for (const fault of schedule.faultsBetween(told, now)) {
      faults.push(fault);
      appendFileSync(folder.faultsFile, `${JSON.stringify(fault)}\n`);
      writer.print(screen.fault(fault));
    }
    const points = deliveriesBetween(fleet, schedule, told, now).map(({ point }) => point);
    told = now;
    if (points.length > 0) await unlessStopped(path.producer.put(points), options.stopping);
    writer.status(
      statusLine(
        'live',
        {
          points: path.counts.points,
          pointsPerSecond: rate.update(performance.now(), path.counts.points),
          sources: fleet.sources.length,
          series,
          lagMs: undefined,
          rejected: path.counts.rejected,
          openAnomalies: screen.openAnomalies,
          learning: screen.learning,
        },
        writer.columns(),
      ),
    );
    await pause(TICK_MS, undefined, { signal: options.stopping }).catch(() => undefined);
  }
  return faults;
}

async function showSummary(
  { path, writer, paint }: Session,
  fleet: Fleet,
  faults: readonly Fault[],
  liveFrom: number,
  graceMs: number,
): Promise<void> {
  const until = Date.now();
  const events: readonly AnomalyEvent[] = await path.store.readAnomalies({ from: liveFrom });
  const seriesCount = fleet.sources.reduce((sum, { kind }) => sum + kind.metrics.length, 0);
  const summary = summarise(faults, events, { graceMs, until });
  writer.print([
    '',
    paint('strong', 'found, of what was injected'),
    ...summaryTable(summary, { liveMs: until - liveFrom, seriesCount }),
  ]);
}

function* chunked(points: Iterable<DataPoint>, size: number): Generator<DataPoint[]> {
  let chunk: DataPoint[] = [];
  for (const point of points) {
    chunk.push(point);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
