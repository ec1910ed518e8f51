// Speed of alerting on one core, by processor time: npm run bench:alerts
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeNumber } from '../apps/local/screen/numbers';
import { openLmdbAlertStore } from '../shared/adapters/embedded/lmdb-alert-store';
import { compileDocument } from '../shared/alerting/document/compile';
import { type Placement, placementsOf } from '../shared/alerting/document/routes';
import { matchingRules } from '../shared/alerting/document/rules';
import { type AlertingDocumentInput, AlertingDocumentSchema } from '../shared/alerting/document/schema';
import { routeEvents } from '../shared/alerting/router/route-events';
import { tick } from '../shared/alerting/router/tick';
import { absorb } from '../shared/alerting/state/absorb';
import { alertIdOf, subjectOfEvent } from '../shared/alerting/state/alert';
import { createMemoryStore } from '../shared/alerting/store/memory-store';
import type { AlertStore } from '../shared/alerting/store-port';
import { type AnomalyEvent, SAMPLE_ANOMALY_EVENT, SEVERITIES } from '../shared/domain/anomaly-event';
import { stableId } from '../shared/domain/ids';
import { printTable } from './print-table';

const NOW = SAMPLE_ANOMALY_EVENT.timestamp;
const SITES = 20;
const DECISIONS = 400_000;
const ABSORBED = 100_000;
const ROUTED = 5_000;
const BATCH = 100;

/** Rules and routes as a plant of twenty sites may have them: 60 rules, 41 routes; globs, expressions, windows. */
const document: AlertingDocumentInput = {
  version: 1,
  timeZone: 'Europe/Berlin',
  receivers: Array.from({ length: SITES }, (_, i) => ({ name: `site-${i}`, channel: 'slack', secret: 's' })),
  rules: Array.from({ length: SITES }, (_, i) => [
    { name: `critical-${i}`, match: { severity: 'critical', tags: { site: `site-${i}` } } },
    {
      name: `pumps-${i}`,
      match: { source: `/pump-${i}-\\d+/`, severity: '>=medium', minDeviation: '5%' },
      owner: `team-${i}`,
    },
    { name: `nights-${i}`, match: { source: `fan-${i}-*` }, active: [{ days: 'mon-fri', from: '22:00', to: '06:00' }] },
  ]).flat(),
  route: {
    receivers: ['site-0'],
    groupBy: ['tags.site'],
    routes: Array.from({ length: SITES }, (_, i) => ({
      match: { tags: { site: `site-${i}` } },
      receivers: [`site-${i}`],
      routes: [{ match: { severity: 'critical' as const }, groupBy: ['source'], receivers: ['site-0', `site-${i}`] }],
    })),
  },
};
const alerting = compileDocument(AlertingDocumentSchema.parse(document));
const events = Array.from({ length: 5_000 }, (_, i) => event(i));

console.log(
  `${alerting.rules.length} rules, ${2 * SITES + 1} routes, processor time of one core; the best of three, of LMDB one`,
);
printTable(
  ['what', 'a second', 'each'],
  [
    row('decisions: rules that match, routes that take', DECISIONS, decisions()),
    row('events made alerts, with their trace', ABSORBED, absorbing()),
    row('events routed, state in memory', ROUTED, await best(() => routing(createMemoryStore()))),
    row('events routed, state in LMDB, synced', ROUTED, await inLmdb()),
  ],
);

function event(i: number): AnomalyEvent {
  const site = i % SITES;
  const source = `${i % 3 === 0 ? 'fan' : 'pump'}-${site}-${i}`;
  const episodeId = stableId('episode', i);
  const severity = SEVERITIES[i % 4]!;
  return { ...SAMPLE_ANOMALY_EVENT, id: stableId(i), episodeId, source, severity, tags: { site: `site-${site}` } };
}

function decisions(): number {
  let placed: readonly Placement[] = [];
  const ms = bestOf(() => {
    for (let i = 0; i < DECISIONS; i++) {
      const subject = subjectOfEvent(events[i % events.length]!);
      if (matchingRules(alerting.rules, subject, NOW).length > 0) placed = placementsOf(alerting.root, subject, NOW);
    }
  });
  if (placed.length === 0) throw new Error('nothing was routed');
  return ms;
}

function absorbing(): number {
  return bestOf(() => {
    for (let i = 0; i < ABSORBED; i++) absorb(undefined, events[i % events.length]!, alerting, undefined, NOW);
  });
}

/** Batches as a function gets them, and a turn for each group at the end. Gives milliseconds. */
async function routing(store: AlertStore): Promise<number> {
  let now = NOW;
  let published = 0;
  const services = {
    store,
    topic: {
      publish: async (notifications: readonly unknown[]) => {
        published += notifications.length;
      },
    },
    alerting: async () => alerting,
    callAt: async () => {},
    now: () => now,
  };
  const started = cpuMs();
  for (let at = 0; at < ROUTED; at += BATCH) {
    const round = Math.floor(at / events.length);
    const batch = events.slice(at % events.length, (at % events.length) + BATCH);
    await routeEvents(
      services,
      batch.map((one) => ({ ...one, transition: round + 1, phase: round === 0 ? 'opened' : 'updated' })),
    );
  }
  now += 60_000;
  await tick(services, { turnsMax: 10_000, onProblem: (_, error) => Promise.reject(error) });
  const ms = cpuMs() - started;
  const known = await store.load([{ partition: `alert#${alertIdOf(events[0]!.episodeId)}`, sort: 'alert' }]);
  if (published === 0 || known[0] === undefined) throw new Error('nothing was told');
  await store.close();
  return ms;
}

async function inLmdb(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-bench-alerts-'));
  try {
    return await routing(openLmdbAlertStore(join(folder, 'alerts.lmdb')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of all threads of this process. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function best(run: () => Promise<number>): Promise<number> {
  return Math.min(await run(), await run(), await run());
}

function bestOf(run: () => void): number {
  const times = Array.from({ length: 3 }, () => {
    const started = cpuMs();
    run();
    return cpuMs() - started;
  });
  return Math.min(...times);
}

function row(what: string, count: number, ms: number): string[] {
  return [what, wholeNumber((1_000 * count) / ms), `${((1_000 * ms) / count).toFixed(1)} µs`];
}
