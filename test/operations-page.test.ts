import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openObserver as detectObserver } from '../lambdas/detect-anomalies/observer';
import { type Stage, zeroCounts } from '../lambdas/detect-anomalies/services';
import { openObserver as rescoreObserver } from '../lambdas/rescore-degraded/observer';
import { openObserver as driftObserver } from '../lambdas/watch-drift/observer';
import { openObserver as watchObserver } from '../lambdas/watch-silence/observer';
import type { Telemetry } from '../shared/adapters/powertools/telemetry';
import { zeroShadow } from '../shared/training/shadow';

const page = readFileSync(path.join(__dirname, '../docs/operations.md'), 'utf8');
const STAGES: Readonly<Record<Stage, true>> = {
  ...{ plan: true, load: true, warm: true, advance: true, score: true, conclude: true, store: true },
  ...{ publish: true, file: true, commit: true },
};

/** Names of everything that an observer measures. */
function measured(tell: (telemetry: Telemetry) => void): string[] {
  const names = new Set<string>();
  const measure = (name: string) => void names.add(name);
  const ignore = () => undefined;
  tell({
    ...{
      now: () => 0,
      clock: () => 0,
      info: ignore,
      published: ignore,
      during: ignore,
      segment: ignore,
      flush: ignore,
    },
    problem: () => measure('problems'),
    measure,
    counts: (counts) => Object.keys(counts).forEach(measure),
    invocations: (handler) => handler,
  });
  names.delete('problems');
  return [...names].sort();
}

const FUNCTIONS: Readonly<Record<string, (telemetry: Telemetry) => void>> = {
  'detect-anomalies': (telemetry) => {
    const observer = detectObserver(telemetry);
    for (const state of ['open', 'half-open', 'closed'] as const) observer.circuit({ state });
    for (const stage of Object.keys(STAGES) as Stage[]) observer.stage(stage, 1);
    observer.shadow?.('run', zeroShadow());
    observer.batch(zeroCounts(), { oldestArrival: 0, stateBytes: { max: 1, sum: 1, sources: 1 } });
  },
  'watch-drift': (telemetry) =>
    driftObserver(telemetry).looked({ indices: [], max: 0, score: 0, past: [] }, { reference: 'run', vectors: 1 }),
  'watch-silence': (telemetry) =>
    watchObserver(telemetry).watched({ filed: 0, looked: 0, missed: 0, opened: 0, fleetIsSilent: false }),
  'rescore-degraded': (telemetry) =>
    rescoreObserver(telemetry).rescored({
      ...{ rows: 0, corrected: 0, raised: 0, takenBack: 0, refused: 0, unanswered: 0 },
      ended: 'nothing-left',
    }),
};

test.each(Object.keys(FUNCTIONS))('the page names the metrics of %s, all of them and no other', (name) => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${name} | \``))!;
  const named = [...row.matchAll(/`(\w+)`/g)].map(([, metric]) => metric!);
  expect(named.sort()).toEqual(measured(FUNCTIONS[name]!));
});

test('what the tables of faults call a metric is one', () => {
  const known = new Set([...Object.values(FUNCTIONS).flatMap(measured), 'problems']);
  const faults = page.slice(0, page.indexOf('## When the cache'));
  const looks = faults.split('\n').flatMap((line) => (/^\| [^-]/.test(line) ? [line.split('|')[2]!] : []));
  const unknown = looks.flatMap((text) =>
    [...text.replace(/(log|reason|rows say|kind|with) `[^`]*`/g, '').matchAll(/`([a-z]\w*)`/g)]
      .map(([, word]) => word!)
      .filter((word) => !known.has(word)),
  );
  expect(looks.length).toBeGreaterThan(20);
  expect(unknown).toEqual([]);
});
