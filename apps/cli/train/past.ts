import { existsSync } from 'node:fs';
import { openDuckDbStore } from '../../../shared/adapters/embedded/duckdb-store';
import { openLmdbAlertStore } from '../../../shared/adapters/embedded/lmdb-alert-store';
import { openFileHistory } from '../../../shared/adapters/history/file-history';
import { openStoreHistory } from '../../../shared/adapters/history/store-history';
import { labelsFromPeople } from '../../../shared/adapters/labels/people-labels';
import { readDocument } from '../../../shared/alerting/document/read-document';
import { DEFAULT_SETTINGS, matchesPattern, type Settings, SettingsSchema } from '../../../shared/domain/settings';
import type { Label } from '../../../shared/training/labels';
import type { PointHistory } from '../../../shared/training/ports';
import type { Span } from '../../../shared/training/steps/prepare';
import { LOCAL_RULES } from '../../local/alerts/local-rules';
import { openDataFolder } from '../../local/live/data-folder';
import { openFolderSettings } from '../../local/settings/settings-folder';
import { UsageError } from '../exit-codes';
import { progressBar } from '../score/progress-bar';

/** What training reads on one machine. */
export interface Past {
  readonly history: PointHistory;
  /** What people said of alerts there; nothing where there are none. */
  readonly labels: (span: Span) => Promise<readonly Label[]>;
  /** By which these points are judged. */
  readonly settings: () => Promise<Settings>;
  /** First and last time of the points; reads all of them. */
  readonly extent: (span: Span) => Promise<Span>;
  /** Rows of one reading that are no data points. */
  readonly rejected: () => number;
  readonly close: () => Promise<void>;
}

/** A run that goes on after its evaluation has read what it needed. */
const NOTHING_MORE: Past = {
  history: {
    bySource: true,
    // biome-ignore lint/correctness/useYield: it never gets that far.
    async *read() {
      throw new Error('a run that is evaluated reads no points');
    },
  },
  labels: async () => [],
  settings: async () => DEFAULT_SETTINGS,
  extent: async () => ({}),
  rejected: () => 0,
  close: async () => undefined,
};

export interface PastOptions {
  readonly goOn?: string;
  readonly input?: string;
  readonly data?: string;
  readonly timeColumn?: string;
  readonly sourceColumn?: string;
  readonly timeZone: string;
  readonly sources?: string;
  readonly quiet?: boolean;
}

/** A file of points, or what a run on this machine has stored and been told. */
export async function openPast(options: PastOptions): Promise<Past> {
  const { input, data, goOn } = options;
  if (goOn !== undefined && input === undefined && data === undefined) return NOTHING_MORE;
  if ((input === undefined) === (data === undefined))
    throw new UsageError('give either --input FILE or --data FOLDER: points come from one of them');
  if (input === '-') throw new UsageError('--input must be a file: it is read several times');
  return input === undefined ? pastOfFolder(data!, options) : pastOfFile(input, options);
}

function pastOfFile(input: string, options: PastOptions): Past {
  let rejected = 0;
  const history = openFileHistory(input, options, {
    rejected: () => {
      rejected += 1;
    },
    progress: (bytes) => progressBar(bytes, !options.quiet),
  });
  const counted: PointHistory = {
    bySource: history.bySource,
    read() {
      rejected = 0;
      return history.read();
    },
  };
  return {
    history: counted,
    labels: async () => [],
    settings: async () =>
      SettingsSchema.parse({ version: DEFAULT_SETTINGS.version, defaults: { timeZone: options.timeZone } }),
    extent: (span) => extentOf(counted, span, options.sources),
    rejected: () => rejected,
    close: async () => undefined,
  };
}

async function pastOfFolder(root: string, options: PastOptions): Promise<Past> {
  if (!existsSync(root)) throw new UsageError(`there is no data folder ${root}: tidewatch start makes one`);
  const folder = openDataFolder(root);
  const store = await openDuckDbStore(folder.storeFile);
  const history = openStoreHistory(store);
  return {
    history,
    async labels({ from = 0, to = Number.MAX_SAFE_INTEGER }) {
      if (!existsSync(folder.alertsFile)) return [];
      const alerts = openLmdbAlertStore(folder.alertsFile);
      try {
        return (await labelsFromPeople(alerts, { from, to, fallbackRules: readDocument(LOCAL_RULES) })).labels;
      } finally {
        await alerts.close();
      }
    },
    // Those of the run, else vectors would not be the ones that it scores.
    settings: async () => (await openFolderSettings(folder, Date.now).read()).settings,
    extent: (span) => extentOf(history, span, options.sources),
    rejected: () => 0,
    close: () => store.close(),
  };
}

async function extentOf(history: PointHistory, span: Span, sources: string | undefined): Promise<Span> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const { source, timestamp } of history.read()) {
    if (sources !== undefined && !matchesPattern(sources, source)) continue;
    if (timestamp < (span.from ?? timestamp) || timestamp >= (span.to ?? Number.POSITIVE_INFINITY)) continue;
    first = Math.min(first, timestamp);
    last = Math.max(last, timestamp);
  }
  return first > last ? {} : { from: first, to: last + 1 };
}
