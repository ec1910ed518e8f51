import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { counted, describeDistributionLog } from '../contracts/distribution-log.contract';
import { doneThenKilled } from '../contracts/killed-process';
import { openFolderDistributionLog } from './folder-distribution-log';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-distributions-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const fresh = () => path.join(root, `${folders++}`);
const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 22, 12);

describeDistributionLog('the folder', async () => openFolderDistributionLog(fresh()));

describe('the folder of distributions', () => {
  it('has a folder a day, a file a part, and nothing else', async () => {
    const folder = fresh();
    await openFolderDistributionLog(folder).add({ process: 'p', from: NOON }, [counted(1)]);
    expect(readdirSync(folder)).toEqual(['2026-11-22']);
    expect(readdirSync(path.join(folder, '2026-11-22'))).toEqual([`${NOON}-p.json`]);
  });

  it('forgets days 35 days later, and leaves what is none alone', async () => {
    const folder = fresh();
    const log = openFolderDistributionLog(folder);
    for (const day of [0, 1]) await log.add({ process: 'p', from: NOON + day * DAY_MS }, [counted(1)]);
    mkdirSync(path.join(folder, '0000-notes'));
    await log.add({ process: 'p', from: NOON + 36 * DAY_MS }, [counted(1)]);
    expect(readdirSync(folder).sort()).toEqual(['0000-notes', '2026-11-23', '2026-12-28']);
  });

  it.each([
    ['is cut', (text: string) => text.slice(0, -20)],
    ['is of another feature schema', (text: string) => text.replace('"schema":1', '"schema":99')],
    ['is something else', () => '{"a": 1}'],
  ])('passes over a part that %s', async (_, broken) => {
    const folder = fresh();
    const log = openFolderDistributionLog(folder);
    await log.add({ process: 'p', from: NOON }, [counted(5)]);
    await log.add({ process: 'q', from: NOON }, [counted(3)]);
    const file = path.join(folder, '2026-11-22', `${NOON}-p.json`);
    writeFileSync(file, broken(readFileSync(file, 'utf8')));
    writeFileSync(path.join(folder, '2026-11-22', 'notes.txt'), 'hello');
    expect((await log.sumSince(['m'], NOON, NOON + 1)).vectors).toBe(3);
  });

  it('has on disk what was added, whatever happens to the process then', async () => {
    const folder = fresh();
    const document = JSON.stringify(counted(5));
    await doneThenKilled(
      path.join(__dirname, 'folder-distribution-log.ts'),
      `const log = module.openFolderDistributionLog(${JSON.stringify(folder)});
       await log.add({ process: 'p', from: ${NOON} }, [${document}]);
       void log.add({ process: 'p', from: ${NOON + 1} }, [${document}]);`,
    );
    expect([5, 10]).toContain((await openFolderDistributionLog(folder).sumSince(['m'], NOON, NOON + 2)).vectors);
  });
});
