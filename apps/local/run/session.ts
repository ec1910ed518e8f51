import type { Observation } from '../../../shared/detection/source-detector';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { Notification } from '../../../shared/domain/notification';
import type { PointRow } from '../../../shared/domain/rows';
import { type DataFolder, openDataFolder } from '../live/data-folder';
import { type LivePath, type LivePathOptions, openLivePath } from '../live/live-path';
import { driftLines } from '../screen/drift-lines';
import { choosePaint, type Paint } from '../screen/paint';
import { plainText } from '../screen/plain-text';
import { toldLine } from '../screen/told-line';
import { openWriter, type ScreenWriter } from '../screen/writer';
import { startError } from './start-error';

/** What the command line says of the live path, passed on as it is. */
type PathOptions = Pick<
  LivePathOptions,
  | 'modelServerScript'
  | 'redisUrl'
  | 'redisAccess'
  | 'redisPrefix'
  | 'influx'
  | 'settings'
  | 'priorFile'
  | 'seriesMax'
  | 'strangersMax'
>;

/** What every way of running the live path is given by the command line. */
export interface RunOptions extends PathOptions {
  /** Folder for what the run keeps. */
  readonly data: string;
  /** Aborted by the first Ctrl-C: end cleanly. */
  readonly stopping: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A file of an installed package by its name; absent: messages have no charts. */
  readonly packageFile?: ((name: string) => string) | undefined;
}

/** A live path with a screen. */
export interface Session {
  readonly folder: DataFolder;
  readonly path: LivePath;
  readonly writer: ScreenWriter;
  readonly paint: Paint;
}

export interface LiveOptions {
  /** Are anomalies routed to people? */
  readonly alerts?: boolean;
  /** How often silent sources are looked for, milliseconds; absent: never. */
  readonly watchEveryMs?: number;
}

export interface Watchers {
  readonly onRows?: (rows: readonly PointRow[]) => void;
  readonly onEvent?: (event: AnomalyEvent) => void;
  readonly onObserved?: (source: string, observations: readonly Observation[]) => void;
}

/** How often the same trouble is told. */
const PROBLEM_EVERY_MS = 5_000;

/** @throws {StartError} for what a person can change */
export async function openSession(options: RunOptions & LiveOptions, watchers: Watchers): Promise<Session> {
  const folder = openDataFolder(options.data);
  const paint = choosePaint(process.stdout.isTTY === true, options.environment);
  const writer = openWriter(process.stdout, process.stderr, () => undefined);
  const alerts = {
    environment: options.environment,
    packageFile: options.packageFile,
    onNotifications: (told: readonly Notification[]) => writer.print([toldLine(told, writer.columns(), paint)]),
  };
  const path = await openLivePath({
    folder,
    modelServerScript: options.modelServerScript,
    redisUrl: options.redisUrl,
    redisAccess: options.redisAccess,
    redisPrefix: options.redisPrefix,
    influx: options.influx,
    priorFile: options.priorFile,
    seriesMax: options.seriesMax,
    strangersMax: options.strangersMax,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    watchEveryMs: options.watchEveryMs,
    // Files end before anything drifts, and their past is nobody's live.
    ...(options.watchEveryMs === undefined ? {} : { onDrift: (words) => writer.print(driftLines(words, paint)) }),
    ...(options.alerts === true ? { alerts } : {}),
    ...watchers,
    onProblem: tellProblems((line) => writer.print([paint('warning', line)])),
  }).catch((error: unknown) => {
    writer.close();
    throw startError(error);
  });
  return { folder, path, writer, paint };
}

/** Trouble that lasts would fill the screen: each kind is told once in a while. */
function tellProblems(print: (line: string) => void): (what: string, error: unknown) => void {
  const toldAt = new Map<string, number>();
  return (what, error) => {
    const message = error instanceof Error ? error.message : String(error);
    const now = performance.now();
    if (now - (toldAt.get(what) ?? Number.NEGATIVE_INFINITY) < PROBLEM_EVERY_MS) return;
    toldAt.set(what, now);
    print(plainText(`${what}: ${message}`));
  };
}
