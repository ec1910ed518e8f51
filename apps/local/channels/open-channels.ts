import { createHandler as createApi } from '../../../lambdas/api/create-handler';
import type { PointProducer } from '../../../lambdas/api/services';
import { openGuardedCall } from '../../../shared/adapters/https/guarded-call';
import { ChannelVariables } from '../../../shared/adapters/notify/channel-variables';
import { deliverMessages } from '../../../shared/adapters/notify/deliver-messages';
import { keptSecrets } from '../../../shared/adapters/secrets/kept-secrets';
import { localSecrets } from '../../../shared/adapters/secrets/local-secrets';
import type { Charts } from '../../../shared/alerting/channel-ports';
import type { DeliverObserver } from '../../../shared/alerting/deliver';
import type { PointStore } from '../../../shared/detection/ports';
import { CHANNELS } from '../../../shared/domain/receiver';
import { DEFAULT_SETTINGS, type Settings } from '../../../shared/domain/settings';
import { lazy } from '../../../shared/runtime/lazy';
import { sqsHandler } from '../../../shared/runtime/sqs';
import type { LocalAlerting } from '../alerts/open-alerting';
import { openInbox } from '../inbox/inbox';
import { ensureLinkKeys, LINK_KEYS } from './local-keys';
import { localSends } from './local-sends';
import { serveApi } from './serve-api';

export interface ChannelsOptions {
  readonly alerting: LocalAlerting;
  readonly store: Pick<PointStore, 'readPoints'>;
  readonly producer: PointProducer;
  /** Those in force; absent: defaults. */
  readonly settings?: (() => Promise<Settings>) | undefined;
  /** Folders for messages without another way, and for secrets. */
  readonly inboxFolder: string;
  readonly secretsFolder: string;
  /** SMTP_URL, MAIL_FROM, ALLOWED_HOSTS, SECRET_…, SLACK_SIGNING_SECRET, INGEST_TOKENS_SECRET, API_PORT. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A file of an installed package by its name; absent: there are no charts. */
  readonly packageFile?: ((name: string) => string) | undefined;
  readonly onDelivered?: DeliverObserver['delivered'];
  readonly onProblem: (what: string, error: unknown) => void;
}

export interface LocalChannels {
  /** Where people act: the api function on loopback. */
  readonly apiUrl: string;
  close(): Promise<void>;
}

const API_PORT = 8087;
const LINK_MS = 72 * 3_600_000;
const MAIL_FROM = 'tidewatch@localhost.localdomain';

/** Channels on one machine: the deployed functions over local queues, and the api function on loopback. */
export async function openChannels(options: ChannelsOptions): Promise<LocalChannels> {
  const { alerting, environment, secretsFolder, onProblem, onDelivered = () => undefined } = options;
  const now = Date.now;
  ensureLinkKeys(secretsFolder);
  const secrets = keptSecrets(localSecrets({ environment, folder: secretsFolder }), { now });
  const api = createApi(
    { ...environment, LINK_KEYS_SECRET: LINK_KEYS },
    {
      actions: alerting.actions,
      producer: options.producer,
      settings: options.settings ?? (async () => DEFAULT_SETTINGS),
      secrets,
      now,
      observe: { answered: () => undefined, problem: onProblem },
    },
  );
  const server = await serveApi(api, Number(environment['API_PORT'] ?? API_PORT));
  const allowedHosts = ChannelVariables.ALLOWED_HOSTS.parse(environment['ALLOWED_HOSTS']);
  const sends = localSends({
    inbox: openInbox(options.inboxFolder),
    secrets,
    charts: chartsOf(options),
    call: openGuardedCall({ allowedHosts }),
    now,
    smtpUrl: environment['SMTP_URL'] || undefined,
    mailFrom: environment['MAIL_FROM'] || MAIL_FROM,
    actions: { url: `${server.url}/alerts/act`, keysSecret: LINK_KEYS, validMs: LINK_MS },
    slackUrl: environment['SLACK_API_URL'] || undefined,
    slackButtons: environment['SLACK_SIGNING_SECRET'] !== undefined,
    problem: onProblem,
  });
  for (const channel of CHANNELS) {
    const services = {
      log: alerting.log,
      delay: alerting.queues[channel],
      now,
      random: Math.random,
      sendTimeoutMs: ChannelVariables.SEND_TIMEOUT_MS.parse(environment['SEND_TIMEOUT_MS']),
      send: sends[channel],
      observe: { delivered: onDelivered, problem: onProblem },
    };
    alerting.subscribe(
      channel,
      sqsHandler(async () => services, deliverMessages),
    );
  }
  return { apiUrl: server.url, close: server.close };
}

function chartsOf({ store, packageFile }: ChannelsOptions): Charts {
  if (packageFile === undefined) return { draw: async () => undefined };
  // Drawing is large: a start does not wait for it.
  const charts = lazy(async () => {
    const { alertCharts } = await import('../../../shared/adapters/chart/alert-chart');
    const { packageAssets } = await import('../../../shared/adapters/chart/package-assets');
    const { openRasteriser } = await import('../../../shared/adapters/chart/rasterise');
    return alertCharts({ store, rasterise: lazy(async () => openRasteriser(await packageAssets(packageFile))) });
  });
  return { draw: async (alert, withinMs) => (await charts()).draw(alert, withinMs) };
}
