import { createHandler } from '../../../lambdas/detect-anomalies/create-handler';
import {
  addCounts,
  type BatchCounts,
  type Observer,
  type Stage,
  zeroCounts,
} from '../../../lambdas/detect-anomalies/services';
import { createHandler as createWatch } from '../../../lambdas/watch-silence/create-handler';
import { openShadowFile } from '../../../shared/adapters/embedded/shadow-file';
import { createTopic } from '../../../shared/adapters/embedded/topic';
import { KEY_PREFIX } from '../../../shared/adapters/redis/key-prefix';
import type { AnomalyTopic, PointStore } from '../../../shared/detection/ports';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { PointRow } from '../../../shared/domain/rows';
import { DEFAULT_SETTINGS, type Settings } from '../../../shared/domain/settings';
import { type AlertingOptions, type LocalAlerting, openAlerting } from '../alerts/open-alerting';
import { type ChannelsOptions, type LocalChannels, openChannels } from '../channels/open-channels';
import { createProducer, type Producer } from '../ingest/producer';
import { servePast } from '../past/serve-past';
import { keepGivenSettings } from '../settings/given-settings';
import { folderSettingsInForce } from '../settings/settings-folder';
import { PartitionedLog } from '../stream/log/partitioned-log';
import { EventSourceMapping } from '../stream/mapping/event-source-mapping';
import { folderDestination } from '../stream/mapping/folder-destination';
import type { DataFolder } from './data-folder';
import { startDriftWatch } from './drift-watch';
import { type InfluxAddress, type LocalStore, openLocalStore } from './local-store';
import { type ModelServerProcess, startModelServerProcess } from './model-server-process';
import { startRescoring } from './rescoring';
import { startTimer, tailOf } from './silence-watch';

/** How people are told, and what of it is shown. */
export type AlertsOptions = Pick<AlertingOptions, 'onNotifications'> &
  Pick<ChannelsOptions, 'environment' | 'packageFile' | 'onDelivered'>;

export interface LivePathOptions {
  readonly folder: DataFolder;
  /** Bundle of the model server. */
  readonly modelServerScript: string;
  /** A Redis or Valkey server for source states; absent: a file in the folder. */
  readonly redisUrl?: string | undefined;
  /** How it is reached, in the words of the environment. */
  readonly redisAccess?: Readonly<Record<'REDIS_CLUSTER' | 'REDIS_CA_FILE', string | undefined>> | undefined;
  /** What keys there begin with; absent: a prefix of the stream's own, so that runs on one server do not mix. */
  readonly redisPrefix?: string | undefined;
  /** An InfluxDB for points and anomalies, as influxTarget reads it; absent: a DuckDB file in the folder. */
  readonly influx?: InfluxAddress | undefined;
  /** What the command line says; the folder's settings document, which may change while it runs, stands over it. Absent: defaults. */
  readonly settings?: Settings;
  /** File of what new series borrow from like ones; absent: what all series have in common. */
  readonly priorFile?: string | undefined;
  /** How many series may have a memory; absent: any number. */
  readonly seriesMax?: number | undefined;
  /** How many series may be stored without one; absent: any number. */
  readonly strangersMax?: number | undefined;
  /** How often silent sources are looked for, milliseconds; absent: never, as for files, which end. */
  readonly watchEveryMs?: number | undefined;
  /** Told, once a day, in words what of the live vectors no longer looks as it did to training; absent: nobody looks. */
  readonly onDrift?: ((words: readonly string[]) => void) | undefined;
  /** How often that is looked at, milliseconds; absent: every hour. */
  readonly driftEveryMs?: number | undefined;
  /** How often rows that the model server missed are scored again, milliseconds. */
  readonly rescoreEveryMs?: number;
  /** Called with what was stored, before its events. */
  readonly onRows?: (rows: readonly PointRow[]) => void;
  readonly onEvent?: (event: AnomalyEvent) => void;
  /** Are anomalies routed to people? What of it is shown is told here. Absent: nobody is told, as of files, which are old. */
  readonly alerts?: AlertsOptions | undefined;
  /** Called with what stage 1 said of each point, once its source is committed. */
  readonly onObserved?: Observer['observed'];
  /** What went wrong and was survived; for a log. */
  readonly onProblem?: (what: string, error: unknown) => void;
}

/**
 * The way of a data point on one machine: log → event source mapping → detect-anomalies → cache, store and topic, with the
 * model behind HTTP in a process of its own.
 */
export interface LivePath {
  readonly producer: Producer;
  readonly log: PartitionedLog;
  readonly mapping: EventSourceMapping;
  readonly store: LocalStore;
  readonly modelServer: ModelServerProcess;
  readonly alerting: LocalAlerting | undefined;
  /** Those in force. */
  readonly settings: () => Promise<Settings>;
  /** Where people act on alerts. */
  readonly apiUrl: string | undefined;
  /** Sums over all batches since the start. */
  readonly counts: Readonly<BatchCounts>;
  /** Invocations of the handler since the start. */
  readonly batches: () => number;
  /** Milliseconds spent, by stage, since the start. */
  readonly stageMs: ReadonlyMap<Stage, number>;
  /** Lets batches in flight end, then closes everything in the order in which it depends on each other. */
  stop(): Promise<void>;
}

const MAPPING_NAME = 'detect-anomalies';
const ENDPOINT_NAME = 'tidewatch-local';
const RESCORE_EVERY_MS = 5_000;

export async function openLivePath(options: LivePathOptions): Promise<LivePath> {
  const { folder, onProblem = () => undefined } = options;
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const settings = await openSettings(options);
    const modelServer = await startModelServerProcess(
      options.modelServerScript,
      (error) => onProblem('model server', error),
      folder.liveModel,
    );
    closers.push(() => modelServer.stop());
    const store = await openLocalStore(folder.storeFile, options.influx);
    closers.push(() => store.close());
    if (options.influx === undefined) {
      const past = await servePast(store, folder.pastAddress);
      closers.push(() => past.close());
    }
    const shadow = openShadowFile(folder.shadow, (error) => onProblem('shadow', error));
    closers.push(() => shadow.close());
    const meter = openMeter(onProblem, options.onObserved, shadow.add);
    const log = await PartitionedLog.open(folder.log, {
      onDamage: (damage) => onProblem('log', new Error(`${damage.file} cannot be read at ${damage.offset}`)),
      onProblem: (error) => onProblem('log', error),
    });
    closers.push(() => log.close());
    const env = environment(options, modelServer.url, log.stream);
    let apiUrl: string | undefined;
    const alerting = options.alerts && openAlerting({ file: folder.alertsFile, onProblem, ...options.alerts });
    if (alerting !== undefined) {
      closers.push(() => alerting.stop());
      const channels = await openLocalChannels(options, { alerting, store, producer: createProducer(log), settings });
      closers.push(() => channels.close());
      apiUrl = channels.apiUrl;
    }
    const topic = topicFor(options.onEvent, alerting);
    let degradedRows = 0;
    const detect = createHandler(env, {
      store: observed(store, (rows) => {
        for (const row of rows) if (row.degraded) degradedRows++;
        options.onRows?.(rows);
      }),
      topic,
      settings,
      observe: meter.observer,
    });
    closers.push(() => detect.close());
    const mapping = await EventSourceMapping.open(log, detect.handler, {
      name: MAPPING_NAME,
      destination: folderDestination(folder.failed, MAPPING_NAME),
      onProblem: (error) => onProblem('mapping', error),
      onDiscarded: (discarded) =>
        onProblem('mapping', new Error(`records were given up: ${JSON.stringify(discarded)}`)),
    });
    closers.push(() => mapping.stop());
    if (options.watchEveryMs !== undefined) {
      const watch = createWatch(env, {
        ...{ store, topic, settings, tail: tailOf(log, mapping), since: Date.now() },
        observe: { waiting: () => undefined, watched: () => undefined, published: () => undefined, problem: onProblem },
      });
      closers.push(() => watch.close());
      const timer = startTimer(watch.handler, options.watchEveryMs, (error) => onProblem('silence', error));
      closers.push(() => timer.stop());
    }
    if (options.onDrift !== undefined) {
      const watch = startDriftWatch(env, { onDrift: options.onDrift, onProblem, everyMs: options.driftEveryMs });
      closers.push(() => watch.stop());
    }
    const rescoring = startRescoring(env, {
      ...{ store, topic, settings, everyMs: options.rescoreEveryMs ?? RESCORE_EVERY_MS },
      ...{ degradedSoFar: () => degradedRows, onProblem },
    });
    closers.push(() => rescoring.stop());
    mapping.start();
    return {
      producer: createProducer(log),
      log,
      mapping,
      store,
      modelServer,
      alerting,
      settings,
      apiUrl,
      counts: meter.counts,
      batches: meter.batches,
      stageMs: meter.stageMs,
      stop: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function environment(options: LivePathOptions, modelServerUrl: string, stream: string): NodeJS.ProcessEnv {
  return {
    ...(options.redisUrl === undefined
      ? { STATE_FILE: options.folder.stateFile }
      : { ...options.redisAccess, REDIS_URL: options.redisUrl, REDIS_PREFIX: options.redisPrefix ?? prefixOf(stream) }),
    QUARANTINE_FOLDER: options.folder.quarantine,
    CHALLENGER_FILE: options.folder.challenger,
    ...(options.onDrift === undefined
      ? {}
      : { DISTRIBUTIONS_FOLDER: options.folder.distributions, REFERENCE_FILE: options.folder.reference }),
    ENDPOINT_NAME,
    SAGEMAKER_URL: modelServerUrl,
    ...(options.priorFile === undefined ? {} : { PRIOR_FILE: options.priorFile }),
    ...(options.seriesMax === undefined ? {} : { BUDGET_SERIES: String(options.seriesMax) }),
    ...(options.strangersMax === undefined ? {} : { BUDGET_STRANGERS: String(options.strangersMax) }),
  };
}

/** A stream's name ends with what no other stream has; half of that tells runs on one server apart. */
function prefixOf(stream: string): string {
  return `${KEY_PREFIX}-${stream.slice(-12)}`;
}

/** Read once before anything runs on them: a document that makes no sense is told at the start. */
async function openSettings({ folder, settings = DEFAULT_SETTINGS, onProblem = () => undefined }: LivePathOptions) {
  keepGivenSettings(folder.givenSettingsFile, settings);
  const inForce = folderSettingsInForce(folder, settings, {
    clock: () => performance.now(),
    onProblem: (error) => onProblem('settings', error),
  });
  await inForce();
  return inForce;
}

function openLocalChannels(
  { folder, alerts, onProblem = () => undefined }: LivePathOptions,
  parts: Pick<ChannelsOptions, 'alerting' | 'store' | 'producer' | 'settings'>,
): Promise<LocalChannels> {
  const { environment = {}, ...rest } = alerts ?? {};
  const folders = { inboxFolder: folder.inbox, secretsFolder: folder.secrets };
  return openChannels({ ...rest, ...folders, ...parts, environment, onProblem });
}

function topicFor(
  onEvent: ((event: AnomalyEvent) => void) | undefined,
  alerting: LocalAlerting | undefined,
): AnomalyTopic {
  const topic = createTopic();
  if (alerting !== undefined) topic.subscribe('route-alerts', alerting.route);
  if (onEvent !== undefined) topic.subscribe('screen', (events) => events.forEach(onEvent));
  return topic;
}

/** The store, with somebody looking at what was written. */
function observed(store: PointStore, onRows: (rows: readonly PointRow[]) => void): PointStore {
  return {
    ...store,
    async writePoints(rows) {
      await store.writePoints(rows);
      onRows(rows);
    },
  };
}

function openMeter(
  onProblem: (what: string, error: unknown) => void,
  onObserved: Observer['observed'],
  onShadow: NonNullable<Observer['shadow']>,
) {
  const counts = zeroCounts();
  const stageMs = new Map<Stage, number>();
  let batches = 0;
  const observer: Observer = {
    clock: () => performance.now(),
    began: () => undefined,
    stage: (stage, ms) => void stageMs.set(stage, (stageMs.get(stage) ?? 0) + ms),
    batch: (some) => {
      batches++;
      addCounts(counts, some);
    },
    published: () => undefined,
    shadow: onShadow,
    circuit: ({ state, cause }) => {
      if (state === 'open') onProblem('the model is left alone for a while', cause);
    },
    problem: onProblem,
    ...(onObserved === undefined ? {} : { observed: onObserved }),
  };
  return { counts, batches: () => batches, stageMs, observer };
}
