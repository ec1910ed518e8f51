import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { DataPoint } from '../../../shared/domain/data-point';
import { type Fault, FaultSchema } from '../demo/fault';
import { type Fleet, makeFleet } from '../demo/fleet';
import { type FaultSchedule, scheduleFaults } from '../demo/schedule';
import { summarise } from '../demo/summary';
import { summaryTable } from '../demo/summary-table';
import { deliveriesBetween, historyPoints } from '../demo/world';
import { type LiveScreen, openLiveScreen } from '../screen/live-screen';
import { duration, wholeNumber } from '../screen/numbers';
import { openProgress } from '../screen/progress';
import { openRate } from '../screen/rate';
import { statusLine } from '../screen/status-line';
import { type DemoMemory, readDemoMemory, writeDemoMemory } from './demo-memory';
import { openSession, type RunOptions, type Session } from './session';

export interface DemoOptions extends RunOptions {
  readonly seed: number;
  /** Between two live points of a source, milliseconds. */
  readonly intervalMs: number;
  /** End by itself after so many live seconds. */
  readonly seconds?: number | undefined;
}

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
  const begun = Date.now();
  const watch: { screen?: LiveScreen; print?: (lines: string[]) => void; liveFrom: number } = {
    liveFrom: Number.POSITIVE_INFINITY,
  };
  const session = await openSession(options, {
    onRows: (rows) => watch.screen?.rows(rows),
    onEvent: (event) => {
      if (event.timestamp >= watch.liveFrom) watch.print?.(watch.screen?.event(event, Date.now()) ?? []);
    },
  });
  try {
    const memory = recall(session, options);
    const fleet = makeFleet(memory.seed);
    const graceMs = GRACE_INTERVALS * memory.intervalMs;
    watch.screen = openLiveScreen({ paint: session.paint, columns: session.writer.columns, graceMs });
    watch.print = (lines) => session.writer.print(lines);
    const liveFrom = memory.liveFrom ?? (await replay(session, fleet, memory, options.stopping));
    if (liveFrom === undefined) return;
    watch.liveFrom = Math.max(liveFrom, begun);
    introduce(session, memory, memory.liveFrom !== undefined);
    const world = { fleet, schedule: scheduleFaults(fleet, { liveFrom, intervalMs: memory.intervalMs }) };
    await goLive(session, world, watch.screen, options);
    await session.path.mapping.caughtUp();
    await showSummary(session, fleet, liveFrom, graceMs);
  } finally {
    session.writer.close();
    await session.path.stop();
  }
}

/** The world of an earlier start on the same folder, or a new one that ends its history now. */
function recall({ folder }: Session, { seed, intervalMs }: DemoOptions): DemoMemory {
  const known = readDemoMemory(folder.demoFile);
  if (known !== undefined) return known;
  const historyTo = Math.floor(Date.now() / HISTORY_STEP_MS) * HISTORY_STEP_MS;
  const memory: DemoMemory = { version: 1, seed, intervalMs, historyFrom: historyTo - HISTORY_MS, historyTo };
  writeDemoMemory(folder.demoFile, memory);
  return memory;
}

/** History through the live path; the moment at which it ended and live begins. Undefined when stopped before its end: the next start replays it again, to no effect on what is stored. */
async function replay(
  session: Session,
  fleet: Fleet,
  memory: DemoMemory,
  stopping: AbortSignal,
): Promise<number | undefined> {
  const { path, writer, folder } = session;
  const total = fleet.sources.length * Math.ceil((memory.historyTo - memory.historyFrom) / HISTORY_STEP_MS);
  const begun = performance.now();
  const progress = openProgress(process.stderr, { title: 'replaying two weeks of history', total, unit: 'points' });
  for (const chunk of chunked(
    historyPoints(fleet, memory.historyFrom, memory.historyTo, HISTORY_STEP_MS),
    CHUNK_POINTS,
  )) {
    if (stopping.aborted) break;
    await path.producer.put(chunk);
    progress.update(path.counts.points);
  }
  if (!stopping.aborted) {
    const timer = setInterval(() => progress.update(path.counts.points), TICK_MS);
    await path.mapping.caughtUp().finally(() => clearInterval(timer));
  }
  progress.stop();
  if (stopping.aborted) return undefined;
  const { values } = path.counts;
  const elapsed = performance.now() - begun;
  writer.print([
    `${wholeNumber(path.counts.points)} points of ${fleet.sources.length} sources (${wholeNumber(values)} values) learnt in ${duration(elapsed)}: ${wholeNumber((1000 * values) / elapsed)} values/s`,
  ]);
  const liveFrom = Date.now();
  writeDemoMemory(folder.demoFile, { ...memory, liveFrom });
  return liveFrom;
}

function introduce({ writer, paint, folder }: Session, { intervalMs }: DemoMemory, isRestart: boolean): void {
  writer.print([
    `${isRestart ? 'going on where the last start stopped' : 'live'}: a point of each source every ${duration(intervalMs)}, and injected faults; Ctrl-C ends`,
    paint('dim', `data in ${folder.root}`),
    '',
  ]);
}

/** Hands over what the fleet says, as it says it, until stopped. */
async function goLive(
  { path, writer, folder }: Session,
  { fleet, schedule }: { fleet: Fleet; schedule: FaultSchedule },
  screen: LiveScreen,
  options: DemoOptions,
): Promise<void> {
  const rate = openRate();
  const series = fleet.sources.reduce((sum, { kind }) => sum + kind.metrics.length, 0);
  const end = options.seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + 1000 * options.seconds;
  let told = Date.now();
  while (!options.stopping.aborted && Date.now() < end) {
    const now = Date.now();
    for (const fault of schedule.faultsBetween(told, now)) {
      appendFileSync(folder.faultsFile, `${JSON.stringify(fault)}\n`);
      writer.print(screen.fault(fault));
    }
    const points = deliveriesBetween(fleet, schedule, told, now).map(({ point }) => point);
    told = now;
    if (points.length > 0) await path.producer.put(points);
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
        },
        writer.columns(),
      ),
    );
    await pause(TICK_MS, undefined, { signal: options.stopping }).catch(() => undefined);
  }
}

async function showSummary(
  { path, writer, folder, paint }: Session,
  fleet: Fleet,
  liveFrom: number,
  graceMs: number,
): Promise<void> {
  const until = Date.now();
  const events: readonly AnomalyEvent[] = await path.store.readAnomalies({ from: liveFrom });
  const seriesCount = fleet.sources.reduce((sum, { kind }) => sum + kind.metrics.length, 0);
  const summary = summarise(readFaults(folder.faultsFile), events, { graceMs, until });
  writer.print([
    '',
    paint('strong', 'found, of what was injected'),
    ...summaryTable(summary, { liveMs: until - liveFrom, seriesCount }),
  ]);
}

function readFaults(file: string): Fault[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => FaultSchema.parse(JSON.parse(line)));
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
