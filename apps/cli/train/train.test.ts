import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openFolderRegistry } from '../../../shared/adapters/registry/folder-registry';
import { builtInModel } from '../../../shared/detection/built-in-model';
import { DEFAULT_SETTINGS } from '../../../shared/domain/settings';
import type { EvaluationReport } from '../../../shared/training/evaluation-report';
import { openDataFolder } from '../../local/live/data-folder';
import { keepGivenSettings } from '../../local/settings/given-settings';
import { openFolderSettings } from '../../local/settings/settings-folder';
import { listModels } from './list-models';
import { runTrain, type TrainOptions } from './run-train';

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-train-'));
const at = (name: string) => path.join(folder, name);
const START = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;

let printed = '';
beforeEach(() => {
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two months of hourly values that leap for six hours every tenth day; those are labelled. */
beforeAll(() => {
  const rows = Array.from({ length: 60 * 24 }, (_, i) => {
    const leap = i % 240 >= 200 && i % 240 < 206 ? 9 : 0;
    return `${new Date(START + i * HOUR_MS).toISOString()},pump,${(Math.sin(i / 4) + ((i * 7919) % 100) / 100 + leap).toFixed(3)}`;
  });
  writeFileSync(at('points.csv'), `time,source,flow\n${rows.join('\n')}\n`);
  const labels = [0, 1, 2, 3, 4, 5].map((k) => {
    const from = START + (k * 240 + 199) * HOUR_MS;
    return { source: 'pump', from, to: from + 8 * HOUR_MS };
  });
  writeFileSync(at('labels.json'), JSON.stringify(labels));
});

const train = (models: string, changes: Partial<TrainOptions> = {}) =>
  runTrain({
    input: at('points.csv'),
    labels: at('labels.json'),
    models: at(models),
    timeZone: 'UTC',
    testShare: 0.4,
    gapDays: 1,
    inject: 0,
    shadowHours: 0,
    pull: 5,
    rowsMax: 1_000,
    seed: 1,
    quiet: true,
    ...changes,
  });

describe('tidewatch train', () => {
  it('registers what it trained, says why the gate refuses it, and leaves the live model alone', async () => {
    expect(await train('a')).toBe(0);
    expect(printed).toMatch(
      /version 1 is refused; the champion stays\n.*2 labelled windows .* cannot tell models apart/,
    );
    const registry = openFolderRegistry(at('a'));
    const [model] = await registry.list();
    expect(model).toMatchObject({
      version: 1,
      record: { promoted: false, parameters: { pull: 5 }, metrics: { windows: 2 } },
    });
    expect(await registry.champion()).toBeUndefined();
    expect(await listModels({ models: at('a') })).toMatch(
      /^1 {2}weighted-.*refused\n(?:.*\n)*The built-in model is champion\.\n$/,
    );
  });

  it('makes the same model and the same fingerprint of the same data, and others of others', async () => {
    for (const changes of [{}, {}, { to: '2026-02-25T00:00:00Z' }]) await train('b', changes);
    const [one, two, shorter] = await openFolderRegistry(at('b')).list();
    expect(two!.artifact).toEqual(one!.artifact);
    expect(two!.record.dataset).toBe(one!.record.dataset);
    expect(shorter!.record.dataset).not.toBe(one!.record.dataset);
  });

  it('is judged against the model that is live', async () => {
    await train('c');
    await openFolderRegistry(at('c')).promote(1);
    await train('c', { report: '-' });
    const { evaluation } = JSON.parse(printed.slice(printed.indexOf('{'))) as { evaluation: EvaluationReport };
    const { champion } = evaluation;
    expect(champion.model).toMatch(/^weighted-/);
    expect(champion.model).not.toBe(builtInModel.version);
  });

  it('says its run first, and a run that was killed goes on with its points', async () => {
    const said: string[] = [];
    const stop = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text));
      // As if the process ended here: all that is left is on disk.
      if (String(text).startsWith('evaluate')) throw new Error('killed');
      return true;
    });
    await expect(train('f', { quiet: false })).rejects.toThrow('killed');
    stop.mockRestore();
    const [, run] = /^run (\S+)\n$/.exec(said[0]!) ?? [];
    const outcome = at(`f/runs/${run}/outcome.json`);
    // Its process took the run back, which one that is killed does not.
    rmSync(outcome);
    const lacking = train('f', { goOn: run!, input: undefined as never });
    await expect(lacking).rejects.toThrow(/has not been evaluated yet: give its --input or --data too/);
    expect(existsSync(outcome)).toBe(false);
    expect(await train('f', { goOn: run! })).toBe(0);
    expect(printed).toMatch(/version 1 is refused/);
    const nobody = train('f', { goOn: 'nobody', input: undefined as never });
    await expect(nobody).rejects.toThrow(/there is no run nobody in /);
  });

  it('takes the settings of a folder, as its run has them in force', async () => {
    const data = openDataFolder(at('run'));
    const timeZone = 'Europe/Berlin';
    const given = { ...DEFAULT_SETTINGS, defaults: { ...DEFAULT_SETTINGS.defaults, timeZone } };
    keepGivenSettings(data.givenSettingsFile, given);
    const overrides = [{ sources: 'pump', settings: { counters: ['flow'] } }];
    await openFolderSettings(data, () => START).write({ version: 1, overrides }, 1, { by: 'anna', why: '' });
    const training = train('e', { input: undefined as never, data: at('run') });
    await expect(training).rejects.toThrow(/there are no points/);
    const [run] = readdirSync(at('e/runs'));
    const plan = JSON.parse(readFileSync(at(`e/runs/${run}/plan.json`), 'utf8'));
    expect(plan.settings).toMatchObject({ defaults: { timeZone }, overrides });
  });

  it.each<[string, string, Partial<TrainOptions>, RegExp]>([
    ['labels that are not there', '', { labels: at('none.json') }, /cannot read labels .*there is no such file/],
    ['labels that are no JSON', 'source,from,to', {}, /not JSON/],
    ['labels without a time', '[{"source":"pump"}]', {}, /0\.from/],
    ['no labels', '[]', {}, /training needs labelled windows/],
    ['labels of other sources', '', { sources: 'fan-*' }, /there are no points of this time and these sources/],
    ['standard input', '', { input: '-' }, /read several times/],
    ['neither a file nor a folder', '', { input: undefined as never }, /give either --input FILE or --data FOLDER/],
    ['a folder that is not there', '', { input: undefined as never, data: at('none') }, /there is no data folder/],
    ['a time that is none', '', { from: 'yesterday' }, /--from/],
  ])('ends with words on %s, and registers nothing', async (_, text, changes, words) => {
    writeFileSync(at('given.json'), text);
    const labels = text === '' ? at('labels.json') : at('given.json');
    await expect(train('d', { labels, ...changes })).rejects.toThrow(words);
    expect(await openFolderRegistry(at('d')).list()).toEqual([]);
  });
});
