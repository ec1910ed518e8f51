import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundlePrograms, type Programs } from '../../test/e2e/programs';

/** The command line as a process of its own, bundled as it is for users. */

let programs: Programs;
const folder = mkdtempSync(path.join(tmpdir(), 'cli-'));

beforeAll(() => {
  programs = bundlePrograms();
});

afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param readChars standard output is closed after so many characters */
function run(args: readonly string[], stdin = '', readChars = Number.POSITIVE_INFINITY): Promise<Ended> {
  return new Promise((settle, fail) => {
    const child = spawn(process.execPath, [programs.script, ...args], { cwd: folder });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.length >= readChars) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.stdin.on('error', () => {});
    child.on('error', fail);
    child.on('close', (code) => settle({ code, out, err }));
    child.stdin.end(stdin);
  });
}

const SMALL = 'timestamp,value\n2014-04-01,1\n2014-04-02,2\n';

describe('exit codes', () => {
  test.each<[name: string, args: string[], stdin: string, code: number, says: RegExp]>([
    ['help', ['--help'], '', 0, /Commands:[\s\S]*score[\s\S]*doctor[\s\S]*Exit codes:/],
    ['no command', [], '', 0, /Usage: tidewatch/],
    ['help of score', ['score', '--help'], '', 0, /Examples:[\s\S]*zcat pump\.csv\.gz/],
    ['help of send', ['send', '--help'], '', 0, /Examples:[\s\S]*--endpoint-url http/],
    ['no stream', ['send', '-i', '-'], '', 2, /required option '--stream <name>'/],
    ['no such URL', ['send', '-i', '-', '--stream', 'points', '--endpoint-url', 'ftp:x'], '', 2, /http:\/\/ or https/],
    ['a prior of nothing', ['prior', '-o', 'prior.json'], '', 2, /give either --input FILE or --archive PLACE/],
    ['help of cost', ['cost', '--help'], '', 0, /Examples:[\s\S]*--points-per-record 6/],
    ['a cost', ['cost', '--sources', '500', '--env', 'dev'], '', 0, /dollars a month: [\d.]+ a million points/],
    ['a size', ['size', '--points-per-second', '1000', '--env', 'dev'], '', 0, /full first in the row of dev/],
    ['a size of no rate', ['size'], '', 2, /required option '--points-per-second/],
    ['no such environment', ['cost', '--sources', '500', '--env', 'moon'], '', 2, /there are dev, staging, prod/],
    ['help of redrive', ['quarantine', 'redrive', '--help'], '', 0, /--failed[\s\S]*Examples:[\s\S]*Exit codes/],
    ['no such folder', ['quarantine', 'list', '-d', 'none'], '', 2, /there is no folder none/],
    ['help of doctor', ['doctor', '--help'], '', 0, /Exit codes:/],
    ['done', ['score', '-i', '-', '-o', '-'], SMALL, 0, /2 rows of 1 source/],
    ['unusable input', ['score', '-i', '-', '-o', '-'], 'a,b\n1,2\n', 1, /tidewatch: line 1: no time column/],
    ['no such file', ['score', '-i', 'none.csv', '-o', 'x.csv'], '', 1, /none\.csv: there is no such file/],
    ['no such folder', ['score', '-i', '-', '-o', 'none/x.csv'], SMALL, 1, /its folder does not exist/],
    ['unknown command', ['scroe'], '', 2, /unknown command 'scroe'/],
    ['unknown option', ['score', '-i', 'x', '-o', 'y', '--plto', 'z'], '', 2, /unknown option/],
    ['missing option', ['score', '--input', 'x'], '', 2, /required option '-o, --output <file>'/],
    ['no false alarms', ['score', '-i', '-', '-o', '-', '--false-alarms-per-week', '0'], '', 2, /above 0/],
    [
      'two ways to say the same',
      ['score', '-i', '-', '-o', '-', '--threshold', '0.6', '--false-alarms-per-week', '1'],
      '',
      2,
      /cannot be used with/,
    ],
    ['threshold out of range', ['score', '-i', '-', '-o', '-', '--threshold', '2'], '', 2, /between 0 and 1/],
    ['unknown time zone', ['score', '-i', '-', '-o', '-', '--time-zone', 'Mars'], '', 2, /IANA time zone/],
    ['two results to one place', ['score', '-i', '-', '-o', 'x', '-p', 'x'], SMALL, 2, /different files/],
    ['some rows unreadable', ['score', '-i', '-', '-o', '-'], `${SMALL}x,1\n`, 3, /line 4, "timestamp"/],
  ])('%s', async (_, args, stdin, code, says) => {
    const ended = await run(args, stdin);
    expect(ended.out + ended.err).toMatch(says);
    expect(ended.out + ended.err).not.toMatch(/\n {4}at /);
    expect(ended.code).toBe(code);
  });

  it('doctor finds what it needs here', async () => {
    const ended = await run(['doctor', '--json']);
    expect(JSON.parse(ended.out)).toMatchObject({ isFit: true });
    expect(ended.code).toBe(0);
  });
});

describe('score between pipes', () => {
  it('gives on standard output the table and nothing else', async () => {
    const { out, err } = await run(['score', '-i', '-', '-o', '-'], SMALL);
    expect(out.split('\n')).toHaveLength(4);
    expect(out).toMatch(/^timestamp,value,anomaly_score/);
    expect(err).not.toContain('timestamp,value');
  });

  it('ends quietly when the reader has seen enough', async () => {
    const rows = Array.from({ length: 50_000 }, (_, row) => `${1_400_000_000 + row * 60},${row % 97}`);
    const ended = await run(['score', '-i', '-', '-o', '-'], `timestamp,value\n${rows.join('\n')}\n`, 100);
    expect(ended.code).toBe(0);
    expect(ended.err).toBe('');
  });

  it('takes paths from where the user stands', async () => {
    writeFileSync(path.join(folder, 'in.csv'), SMALL);
    const ended = await run(['score', '-i', 'in.csv', '-o', 'out.csv', '--quiet']);
    expect(ended).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(path.join(folder, 'out.csv'), 'utf8').split('\n')).toHaveLength(4);
    expect(readdirSync(folder).sort()).toEqual(['in.csv', 'out.csv']);
  });

  it('leaves nothing half done when it is stopped', async () => {
    const args = ['score', '-i', '-', '-o', 'stopped.csv'];
    const child = spawn(process.execPath, [programs.script, ...args], { cwd: folder });
    const ended = new Promise<number | null>((settle) => child.on('close', settle));
    // The first hundred rows decide what the columns are; then the output is opened.
    child.stdin.write(`timestamp,value\n${'2014-04-01,1\n'.repeat(200)}`);
    await until(() => readdirSync(folder).some((name) => name.startsWith('stopped.csv.')));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(existsSync(path.join(folder, 'stopped.csv'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((settle) => setTimeout(settle, 10));
}
