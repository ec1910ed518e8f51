import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDataFolder } from '../../apps/local/live/data-folder';
import { type LivePath, openLivePath } from '../../apps/local/live/live-path';
import { openLmdbAlertStore } from '../../shared/adapters/embedded/lmdb-alert-store';
import { INDEX } from '../../shared/alerting/records';
import { documentsIn } from '../../shared/alerting/router/take-turn';
import { applyRules } from '../../shared/alerting/rules-store';
import type { Alert } from '../../shared/alerting/state/alert';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { DataPoint } from '../../shared/domain/data-point';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import { DAY_MS, hiccupingPumps, pastOf, START, STEP_MS } from '../../shared/training/thresholds/hiccups.factory';
import { bundlePrograms, type Programs } from './programs';

/**
 * From verdicts to fewer false alarms, as on one machine: points through the live path, people's verdicts on its alerts, the command
 * line beside the running path, and what the path tells before, after, and when it is taken back.
 */

/** Everything is an alert, however old; nobody is told. */
const RULES = '{version: 1, receivers: [], rules: [{name: everything}], route: {receivers: []}, maxAge: 90d}';
const DAYS = { judged: 28, after: 35, reverted: 42 } as const;

const root = mkdtempSync(path.join(tmpdir(), 'thresholds-'));
const folder = openDataFolder(path.join(root, 'run'));
/** As many weeks after the factory's own Monday as leave all of it in the past: what is old makes no alert. */
const WEEKS = Math.floor((Date.now() - START) / (7 * DAY_MS)) - DAYS.reverted / 7;
const at = (day: number) => START + (7 * WEEKS + day) * DAY_MS;
const { points, truth } = hiccupingPumps(3, DAYS.reverted, at(0));

let programs: Programs;
let live: LivePath;
const told: AnomalyEvent[] = [];

beforeAll(async () => {
  programs = bundlePrograms();
  const store = openLmdbAlertStore(folder.alertsFile);
  await applyRules(store, RULES, 'anna', Date.now());
  await store.close();
  live = await openLivePath({
    folder,
    modelServerScript: programs.modelServer,
    alerts: { environment: { API_PORT: '0' } },
    onEvent: (event) => void told.push(event),
    onProblem: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
});
afterAll(async () => {
  await live.stop();
  programs.remove();
  rmSync(root, { recursive: true, force: true });
});

async function tidewatch(...args: string[]) {
  const program = programs.start([...args, '--data', folder.root]);
  const code = await program.ended;
  return { code, out: program.out(), err: program.err() };
}

/** Puts the points of some days on the stream, and waits until they are worked through. */
async function feed(from: number, to: number): Promise<void> {
  const some = points.filter(({ timestamp }) => timestamp >= at(from) && timestamp < at(to));
  for (let i = 0; i < some.length; i += 2_000) await live.producer.put(some.slice(i, i + 2_000) as DataPoint[]);
  await live.mapping.caughtUp();
}

function openings(events: readonly AnomalyEvent[], from: number, to: number): AnomalyEvent[] {
  return events.filter(({ phase, timestamp }) => phase === 'opened' && timestamp >= at(from) && timestamp < at(to));
}

const ofFault = ({ source, timestamp }: Pick<AnomalyEvent, 'source' | 'timestamp'>) =>
  truth.find(
    (one) =>
      one.what === 'fault' && one.source === source && timestamp >= one.from && timestamp <= one.to + 8 * STEP_MS,
  );

async function versionInForce(version: number): Promise<void> {
  while ((await live.settings()).version !== version) await new Promise((soon) => setTimeout(soon, 50));
}

test('verdicts give a threshold that a running path takes up, and gives back', async () => {
  await feed(0, DAYS.judged);
  const { store, actions } = live.alerting!;
  const lists = await Promise.all([INDEX.open, INDEX.over].map((name) => documentsIn<Alert>(store, name, {})));
  for (const { id, facts } of lists.flat()) {
    const verdict = ofFault({ source: facts.source, timestamp: facts.since }) ? 'real' : 'false-alarm';
    await actions.verdict(id, verdict, { by: 'anna', via: 'slack' });
  }

  const plot = path.join(root, 'plot.svg');
  const proposed = await tidewatch(
    ...['threshold', 'propose', '--until', new Date(at(DAYS.judged)).toISOString(), '--days', '21', '--plot', plot],
  );
  expect(proposed.err).toBe('');
  expect(proposed.out).toMatch(
    /pump-\* \(3 sources, 9 series\)\n {2}threshold 0\.5 → 0\.\d+: \d+ of \d+ that were called false would go/,
  );
  expect(proposed.out).toMatch(/live precision: \d+ of \d+ judged alarms were real/);
  expect(readFileSync(plot, 'utf8')).toMatch(/^<svg[\s\S]*proposed 0\./);
  expect(live.mapping.lag().records).toBe(0);

  const applied = await tidewatch('threshold', 'apply', '--by', 'bob');
  expect(applied.err).toBe('');
  expect(applied.out).toMatch(/^pump-\*: new, threshold 0\.\d+, by bob: .*\nversion 2 is in force/);
  await versionInForce(2);
  await feed(DAYS.judged, DAYS.after);

  // What would have been told at the threshold of before.
  const unchanged = pastOf(points, DEFAULT_SETTINGS).events;
  const before = openings(unchanged, DAYS.judged, DAYS.after);
  const after = openings(told, DAYS.judged, DAYS.after);
  const falseOnes = (events: readonly AnomalyEvent[]) => events.filter((event) => !ofFault(event)).length;
  const faults = (events: readonly AnomalyEvent[]) => new Set(events.flatMap((event) => ofFault(event) ?? []));
  expect(falseOnes(before)).toBeGreaterThan(5);
  expect(falseOnes(after)).toBeLessThanOrEqual(falseOnes(before) / 2);
  expect(faults(before).size).toBeGreaterThan(0);
  expect(faults(after)).toEqual(faults(before));

  const reverted = await tidewatch('threshold', 'revert');
  expect(reverted.out).toMatch(
    /^pump-\*: gone, it had threshold 0\.\d+.*\nversion 3 is in force .*: it says what version 1 said/,
  );
  await versionInForce(3);
  await feed(DAYS.after, DAYS.reverted);
  // An episode that was open when the threshold changed opens at another time.
  const identity = ({ source, metric, timestamp }: AnomalyEvent) => `${source} ${metric} ${timestamp}`;
  const again = (events: readonly AnomalyEvent[]) =>
    openings(events, DAYS.after + 1, DAYS.reverted)
      .map(identity)
      .sort();
  expect(again(told)).toEqual(again(unchanged));
  expect(again(told).length).toBeGreaterThan(0);
});

test('a proposal is refused once other settings are in force, and nothing is changed', async () => {
  const until = new Date(at(DAYS.judged)).toISOString();
  expect((await tidewatch('threshold', 'propose', '--until', until)).code).toBe(0);
  const file = path.join(root, 'mine.json');
  writeFileSync(file, JSON.stringify({ version: 1, defaults: { timeZone: 'Europe/Berlin' } }));
  expect((await tidewatch('settings', 'apply', file)).code).toBe(0);
  const late = await tidewatch('threshold', 'apply');
  expect(late.code).toBe(1);
  expect(late.err).toMatch(/made of version 3 of the settings, and others are in force \(version 4\): propose again/);
  const revert = await tidewatch('threshold', 'revert');
  expect(revert.code).toBe(2);
  expect(revert.err).toMatch(/version 4, which is in force, is not one that threshold apply made/);
  expect(JSON.parse(readFileSync(folder.settingsFile, 'utf8')).version).toBe(4);
});
