import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import {
  type DataInput,
  openDataInput,
  type PointItem,
  type ReadOptions,
  type RejectedItem,
} from '../../../shared/adapters/files/data-input';
import { openStillLearning, type StillLearning } from '../../../shared/detection/still-learning';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { DataPoint } from '../../../shared/domain/data-point';
import { type Settings, settingsFor } from '../../../shared/domain/settings';
import { judgeTime } from '../../../shared/domain/timeliness';
import { openProgress } from '../screen/progress';
import { type RunReport, reportLines } from '../screen/report';
import { waitingWords } from '../screen/waiting-words';
import { openSeenSeries, type SeenSeries } from './seen-series';
import { openSession, type RunOptions, type Session } from './session';
import { unlessStopped } from './unless-stopped';

export interface InputOptions extends RunOptions {
  /** File to read; `-` for standard input. */
  readonly input: string;
  readonly read: ReadOptions;
}

/** What a run over a file came to. */
export interface InputResult {
  readonly points: number;
  readonly rejected: number;
  /** Ended before all of the file was read and worked through. */
  readonly isStopped: boolean;
}

const REJECTED_KEPT = 10;
const ANOMALIES_KEPT = 50;
const PROGRESS_EVERY_MS = 200;

/**
 * A user's data through the live path at full speed, then the report. What the file holds that is not a data point is told
 * with its line, counted, and listed in the data folder.
 *
 * @throws {InputError} if the file cannot be read at all
 */
export async function runInput(options: InputOptions): Promise<InputResult> {
  const input = await openDataInput(options.input, options.read);
  const anomalies = keepFirstOpenings();
  const seen = openSeenSeries();
  const learning = openStillLearning();
  try {
    const session = await openSession(options, {
      onEvent: anomalies.add,
      onRows: seen.add,
      onObserved: (source, observations) => {
        for (const observation of observations) learning.see(source, observation);
      },
    });
    try {
      return await feedAndReport(input, session, { anomalies, seen, learning }, options);
    } finally {
      session.writer.close();
      await session.path.stop();
    }
  } finally {
    input.close();
  }
}

/** What is seen of the stream while the file is worked through. */
interface Watched {
  readonly anomalies: ReturnType<typeof keepFirstOpenings>;
  readonly seen: SeenSeries;
  readonly learning: StillLearning;
}

async function feedAndReport(
  input: DataInput,
  session: Session,
  { anomalies, seen, learning }: Watched,
  { stopping }: Pick<InputOptions, 'stopping'>,
): Promise<InputResult> {
  const { writer, path: live, paint, folder } = session;
  writer.print(input.notes.map((note) => paint('dim', note)));
  const begun = performance.now();
  const rejects = openRejects(path.join(folder.root, 'rejected.ndjson'));
  const read = await feed(input, session, rejects.add, stopping);
  const isDone = await workThrough(live, read, stopping);
  await rejects.close();
  if (!isDone) writer.print([waitingWords(live.mapping.lag().records)]);
  else if (stopping.aborted) writer.print(['stopped before the end of the file']);
  if (rejects.empty() > 0) writer.print([paint('dim', `${rejects.empty()} rows hold no measurement`)]);
  const totals = (await live.store.totals?.()) ?? seen.totals();
  const report: RunReport = {
    points: read,
    ...totals,
    elapsedMs: performance.now() - begun,
    rejectedByReason: rejects.byReason,
    rejectedFirst: rejects.first,
    setAside: live.counts,
    learning,
    anomalies: anomalies.first,
    anomaliesTotal: anomalies.total(),
    results: [
      { what: 'points and anomalies', where: live.store.where },
      ...(rejects.total() > 0 ? [{ what: 'rejected', where: rejects.file }] : []),
      ...(live.counts.rejected > 0 ? [{ what: 'quarantine', where: folder.quarantine }] : []),
    ],
  };
  writer.print(reportLines(report, writer.columns(), paint));
  return { points: read, rejected: rejects.total() + live.counts.rejected, isStopped: stopping.aborted };
}

/** What detection would put aside for its time is told here, where the line is known. */
function untimely({ point, line }: PointItem, settings: Settings): RejectedItem | undefined {
  const now = Date.now();
  const rejection = judgeTime(point, 0, now, settingsFor(settings, point.source, now));
  return rejection && { ...rejection, kind: 'rejected', line };
}

/** Puts the file's points on the stream, as fast as the stream takes them. Gives their number. */
async function feed(
  input: DataInput,
  { path: live }: Session,
  onRejected: (item: RejectedItem) => void,
  stopping: AbortSignal,
): Promise<number> {
  const progress = openProgress(process.stderr, { title: 'reading', total: input.bytesTotal, unit: 'bytes' });
  let count = 0;
  try {
    for await (const items of input.batches()) {
      if (stopping.aborted) break;
      const points: DataPoint[] = [];
      const settings = await live.settings();
      for (const item of items) {
        const refused = item.kind === 'point' ? untimely(item, settings) : item;
        if (refused !== undefined) onRejected(refused);
        else if (item.kind === 'point') points.push(item.point);
      }
      if (points.length > 0 && !(await unlessStopped(live.producer.put(points), stopping))) break;
      count += points.length;
      progress.update(input.bytesRead());
    }
  } finally {
    progress.stop();
  }
  return count;
}

/** The stream is behind the file; how far it has come is shown. False when stopped before it was through. */
async function workThrough(live: Session['path'], points: number, stopping: AbortSignal): Promise<boolean> {
  const progress = openProgress(process.stderr, { title: 'working', total: points, unit: 'points' });
  const timer = setInterval(() => progress.update(live.counts.points), PROGRESS_EVERY_MS);
  return unlessStopped(live.mapping.caughtUp(), stopping).finally(() => {
    clearInterval(timer);
    progress.stop();
  });
}

/** Openings of episodes, the first few of them kept: a file of noise may have millions. An event may come twice. */
function keepFirstOpenings() {
  const first: AnomalyEvent[] = [];
  let total = 0;
  let last = '';
  return {
    first,
    total: () => total,
    add: (event: AnomalyEvent) => {
      if (event.phase !== 'opened' || event.id === last) return;
      last = event.id;
      total += 1;
      if (first.length < ANOMALIES_KEPT) first.push(event);
    },
  };
}

/** Counts rejected lines, keeps the first few for the report and all of them in a file. */
function openRejects(file: string) {
  const first: RejectedItem[] = [];
  const byReason: Record<string, number> = {};
  let total = 0;
  let empty = 0;
  let stream: ReturnType<typeof createWriteStream> | undefined;
  return {
    file,
    first,
    byReason,
    total: () => total,
    empty: () => empty,
    add: (item: RejectedItem) => {
      // A row in which nothing was measured is usual and no fault.
      if (item.reason === 'empty') {
        empty += 1;
        return;
      }
      total += 1;
      byReason[item.reason] = (byReason[item.reason] ?? 0) + 1;
      if (first.length < REJECTED_KEPT) first.push(item);
      stream ??= createWriteStream(file);
      const { line, reason, field, message } = item;
      stream.write(`${JSON.stringify({ line, reason, field, message })}\n`);
    },
    close: async () => {
      if (stream === undefined) return;
      stream.end();
      await finished(stream);
    },
  };
}
