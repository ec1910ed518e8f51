import { once } from 'node:events';
import { startIngest } from '../ingest/http';
import { inboxWords } from '../screen/inbox-words';
import { type LiveScreen, openLiveScreen } from '../screen/live-screen';
import { wholeNumber } from '../screen/numbers';
import { openRate } from '../screen/rate';
import { statusLine } from '../screen/status-line';
import { waitingWords } from '../screen/waiting-words';
import { openSeenSeries } from './seen-series';
import { openSession, type RunOptions } from './session';
import { startError } from './start-error';
import { unlessStopped } from './unless-stopped';

export interface HttpOptions extends RunOptions {
  readonly port: number;
}

const STATUS_EVERY_MS = 500;
const WATCH_EVERY_MS = 10_000;

/** The live path on what is posted to it, until stopped. */
export async function runHttp(options: HttpOptions): Promise<void> {
  const watch: { screen?: LiveScreen; print?: (lines: string[]) => void } = {};
  const seen = openSeenSeries();
  const session = await openSession(
    { ...options, watchEveryMs: WATCH_EVERY_MS, alerts: true },
    {
      onRows: (rows) => {
        watch.screen?.rows(rows);
        seen.add(rows);
      },
      onObserved: (source, observations) => watch.screen?.observed(source, observations),
      onEvent: (event) => watch.print?.(watch.screen?.event(event, Date.now()) ?? []),
    },
  );
  const { path, writer, paint, folder } = session;
  try {
    const screen = openLiveScreen({ paint, columns: writer.columns, graceMs: 0 });
    watch.screen = screen;
    watch.print = (lines) => writer.print(lines);
    const ingest = await startIngest(path.producer, {
      port: options.port,
      settings: path.settings,
      onProblem: (error) => writer.print([paint('warning', `ingest: ${String(error)}`)]),
    }).catch((error: unknown) => {
      throw startError(error);
    });
    writer.print([
      `POST data points to http://127.0.0.1:${ingest.port}/points; Ctrl-C ends`,
      paint('dim', `data in ${folder.root}`),
      paint('dim', inboxWords(folder, path.apiUrl)),
    ]);
    const rate = openRate();
    const timer = setInterval(() => {
      const { points, rejected } = path.counts;
      const counters = {
        points,
        pointsPerSecond: rate.update(performance.now(), points),
        ...seen.totals(),
        lagMs: undefined,
        rejected,
        openAnomalies: screen.openAnomalies,
        learning: screen.learning,
      };
      writer.status(statusLine('listening', counters, writer.columns()));
    }, STATUS_EVERY_MS);
    if (!options.stopping.aborted) await once(options.stopping, 'abort');
    clearInterval(timer);
    await ingest.close();
    const isDone = await unlessStopped(path.mapping.caughtUp(), options.stopping);
    writer.print([
      `${wholeNumber(path.counts.points)} points stored in ${path.store.where}`,
      ...(path.counts.rejected > 0 ? [`${wholeNumber(path.counts.rejected)} put aside in ${folder.quarantine}`] : []),
      ...(path.counts.unscored > 0
        ? [
            `${wholeNumber(path.counts.unscored)} values stored unscored: beyond --series-max, or metricsMax of the settings`,
          ]
        : []),
      ...(isDone ? [] : [waitingWords(path.mapping.lag().records)]),
    ]);
  } finally {
    writer.close();
    await path.stop();
  }
}
