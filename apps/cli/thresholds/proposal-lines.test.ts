import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { KeptSettings } from '../../../shared/detection/settings-store';
import { DEFAULT_SETTINGS } from '../../../shared/domain/settings';
import {
  DAY_MS,
  hiccupingPumps,
  historyOf,
  pastOf,
  START,
  verdictsOn,
} from '../../../shared/training/thresholds/hiccups.factory';
import { type Findings, proposeThresholds } from '../../../shared/training/thresholds/propose-thresholds';
import { fingerprintOf } from './proposal';
import { proposalLines } from './proposal-lines';

const RANGE = { from: START + 7 * DAY_MS, to: START + 35 * DAY_MS };

/** Pumps of which people judged every alarm, and a valve of which they judged a few. */
async function findings(): Promise<Findings> {
  const { points, truth } = hiccupingPumps(4, 35);
  const rename = <Thing extends { readonly source: string }>(thing: Thing): Thing =>
    thing.source === 'pump-4' ? { ...thing, source: 'valve' } : thing;
  const past = pastOf(points.map(rename), DEFAULT_SETTINGS);
  const judged = verdictsOn(past, truth.map(rename)).filter(
    ({ source, from }) => from >= RANGE.from && (source !== 'valve' || from > START + 30 * DAY_MS),
  );
  return proposeThresholds({
    ...{ ...RANGE, history: historyOf(past), settings: DEFAULT_SETTINGS, events: past.events },
    ...{ verdicts: judged, sources: [] },
  });
}

let found: Findings;
let lines: string[];
beforeAll(async () => {
  found = await findings();
  lines = proposalLines(found, { ...RANGE, settingsVersion: 1 });
});

test('a proposal says what changes and why, what it would have done, and what stays as it is', () => {
  const text = lines.join('\n');
  expect(text).toMatch(
    /^2026-01-12 to 2026-02-09: [\d,]+ scores of 12 series; \d+ verdicts, \d+ real and \d+ false; settings version 1\n/,
  );
  expect(text).toMatch(
    /\npump-\* \(3 sources, 9 series\)\n {2}threshold 0\.5 → 0\.\d+: \d+ of \d+ that were called false would go\n/,
  );
  expect(text).toMatch(/\n {2}faults found, of those called real +(\d+) +\1\n/);
  expect(text).toMatch(
    /\n {2}chosen by the time before 2026-01-30 alone \(0\.\d+\), it tells after that (\d+) of \1 faults, /,
  );
  expect(text).toMatch(
    /\n {2}\d+ alarms would go, the strongest 20 of them:\n {4}2026-01-\d\d \d\d:\d\d:\d\d {2}pump-\d pressure {2}0\.\d\d {2}false alarm\n/,
  );
  expect(text).toMatch(/\nthese stay as they are:\nvalve \(1 source\): threshold 0\.5, not enough verdicts: \d of 6 /);
});

test('the page on thresholds shows what the program says', () => {
  const page = readFileSync(path.join(__dirname, '../../../docs/thresholds.md'), 'utf8');
  const [shown = ''] = /(?<=```text\n)[\s\S]*?(?=```)/.exec(page) ?? [];
  const written = shown
    .trimEnd()
    .split('\n')
    .filter((line) => line.trim() !== '…');
  expect(written.length).toBeGreaterThan(15);
  expect(written.filter((line) => !lines.includes(line))).toEqual([]);
});

test('scores of several models and versions are told', () => {
  const mixed = { ...found, models: ['a', 'b'], settingsVersions: [1, 2] };
  expect(proposalLines(mixed, { ...RANGE, settingsVersion: 2 }).slice(1, 3)).toEqual([
    'note: scores of 2 models (a, b); what an earlier one gave says less of what comes',
    'note: told by versions 1, 2 of the settings; "before" is what those in force would have told',
  ]);
});

test('names that would move the cursor are shown as text', () => {
  const [group] = found.groups;
  const evil = { ...group!, group: { ...group!.group, pattern: 'a\u001b[2J*' } };
  expect(proposalLines({ ...found, groups: [evil] }, { ...RANGE, settingsVersion: 1 }).join('')).not.toContain(
    '\u001b',
  );
});

test('an edit that left the version as it was makes other settings', () => {
  const kept = (threshold: number): KeptSettings => ({
    ...{ version: 3, settings: DEFAULT_SETTINGS },
    document: { version: 3, defaults: { threshold } },
  });
  expect(fingerprintOf(kept(0.6))).toBe(fingerprintOf(kept(0.6)));
  expect(fingerprintOf(kept(0.6))).not.toBe(fingerprintOf(kept(0.61)));
});
