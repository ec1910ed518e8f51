import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSettingsStore } from '../../../shared/adapters/contracts/settings-store.contract';
import { DEFAULT_SETTINGS, type Settings } from '../../../shared/domain/settings';
import { openDataFolder } from '../live/data-folder';
import { keepGivenSettings } from './given-settings';
import { folderSettingsInForce, openFolderSettings } from './settings-folder';

const root = mkdtempSync(join(tmpdir(), 'tidewatch-settings-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => openDataFolder(join(root, String(folders++)));
const NOON = Date.UTC(2026, 10, 22, 12);

describeSettingsStore('a data folder', async () => {
  const folder = newFolder();
  return { open: () => openFolderSettings(folder, () => NOON), edit: (text) => writeFile(folder.settingsFile, text) };
});

const GIVEN: Settings = {
  ...DEFAULT_SETTINGS,
  defaults: { ...DEFAULT_SETTINGS.defaults, threshold: 0.7, timeZone: 'Europe/Berlin' },
  fleet: { ...DEFAULT_SETTINGS.fleet, settleMs: 5 },
};

test('what the document does not name is as the run was started, for the run and for who looks at its folder', async () => {
  const folder = newFolder();
  keepGivenSettings(folder.givenSettingsFile, GIVEN);
  const inForce = folderSettingsInForce(folder, GIVEN, { clock: () => 0, onProblem: () => undefined });
  expect(await inForce()).toEqual(GIVEN);
  const store = openFolderSettings(folder, () => NOON);
  const document = { version: 1, defaults: { falseAlarmsPerWeek: 2 }, fleet: { sourcesMin: 3 } };
  const { settings } = await store.write(document, 1, { by: 'anna', why: '' });
  expect(settings).toMatchObject({
    defaults: { falseAlarmsPerWeek: 2, timeZone: 'Europe/Berlin' },
    fleet: { sourcesMin: 3, settleMs: 5 },
  });
});

test('a running path has a change within seconds, and goes on with the last good document', async () => {
  const folder = newFolder();
  let now = 0;
  const problems: unknown[] = [];
  const watch = { clock: () => now, onProblem: (error: unknown) => void problems.push(error) };
  const inForce = folderSettingsInForce(folder, GIVEN, watch);
  const threshold = async () => (await inForce()).defaults.threshold;
  expect(await threshold()).toBe(0.7);
  await openFolderSettings(folder, () => NOON).write({ version: 1, defaults: { threshold: 0.6 } }, 1, {
    by: '',
    why: '',
  });
  expect(await threshold()).toBe(0.7);
  now += 1_000;
  expect(await threshold()).toBe(0.6);
  await writeFile(folder.settingsFile, '{"version": 3, "defaults": {"threshold": "high"}}');
  now += 1_000;
  expect(await threshold()).toBe(0.6);
  expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining('defaults.threshold') })]);
});
