import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { UsageError } from '../exit-codes';
import { runScore, type ScoreOptions } from './run-score';

const folder = mkdtempSync(path.join(tmpdir(), 'score-'));
const at = (name: string) => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

let said = '';
beforeEach(() => {
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const DEFAULTS = { timeZone: 'UTC', threshold: 0.5, quiet: true };

async function score(content: string, options: Partial<ScoreOptions> = {}): Promise<{ lines: string[]; code: number }> {
  writeFileSync(at('in.csv'), content);
  const code = await runScore({ ...DEFAULTS, input: at('in.csv'), output: at('out.csv'), ...options });
  return { lines: readFileSync(at('out.csv'), 'utf8').trimEnd().split('\n'), code };
}

/** A daily rhythm with seeded noise, five minutes apart. */
function rhythm(rows: number, spikeAt = -1): string[] {
  let seed = 42;
  return Array.from({ length: rows }, (_, row) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    const value = 20 + 5 * Math.sin((row * 2 * Math.PI) / 288) + seed / 2 ** 31 + (row === spikeAt ? 60 : 0);
    return `${new Date(1_400_000_000_000 + row * 300_000).toISOString()},${value}`;
  });
}

function column(lines: readonly string[], name: string): string[] {
  const index = lines[0]!.split(',').indexOf(name);
  return lines.slice(1).map((line) => line.split(',')[index]!);
}

describe('one metric', () => {
  const rows = rhythm(2000, 1500);
  const content = `timestamp,value\n${rows.join('\n')}\n`;

  it('gives one row for each, as it was, with scores and the band', async () => {
    const { lines, code } = await score(content);
    expect(code).toBe(0);
    expect(lines[0]).toBe('timestamp,value,anomaly_score,alarm_score,is_anomaly,expected,lower,upper');
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 2).join(','))).toEqual(rows);
    const [lower, expected, upper] = ['lower', 'expected', 'upper'].map((name) => Number(column(lines, name).at(-1)));
    expect(lower!).toBeLessThanOrEqual(expected!);
    expect(expected!).toBeLessThanOrEqual(upper!);
  });

  it('finds a value that was never there before', async () => {
    const { lines } = await score(content);
    expect(column(lines, 'is_anomaly')[1500]).toBe('1');
    expect(Number(column(lines, 'alarm_score')[1500])).toBeGreaterThan(0.5);
  });

  it('alarms about as often as it is asked to', async () => {
    const anomalies = async (falseAlarmsPerWeek: number) =>
      column((await score(content, { falseAlarmsPerWeek })).lines, 'is_anomaly').filter((cell) => cell === '1').length;
    expect(await anomalies(100)).toBeGreaterThan(await anomalies(0.1));
  });

  it('raises no alarm below the threshold given', async () => {
    const { lines } = await score(content, { threshold: 0.99 });
    expect(column(lines, 'is_anomaly')).not.toContain('1');
  });

  it('judges a row by those before it alone', async () => {
    const whole = (await score(content)).lines;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1999 }), async (length) => {
        const part = await score(`timestamp,value\n${rows.slice(0, length).join('\n')}`);
        expect(part.lines).toEqual(whole.slice(0, length + 1));
      }),
      { numRuns: 8, seed: 1 },
    );
  });

  it('reads its own output as it read the input', async () => {
    const first = (await score(content)).lines;
    const again = await score(first.join('\n'));
    expect(again.lines).toEqual(first);
  });

  it('gives the same scores for quotes, semicolons, epoch times or another order of columns', async () => {
    const wanted = column((await score(content)).lines, 'anomaly_score');
    const cells = rows.map((row) => row.split(',') as [string, string]);
    const variants = [
      `"timestamp";"value"\n${cells.map(([time, value]) => `"${time}";"${value}"`).join('\n')}`,
      `value\ttime\n${cells.map(([time, value]) => `${value}\t${Date.parse(time) / 1000}`).join('\n')}`,
    ];
    for (const variant of variants) {
      expect(column((await score(variant)).lines, 'anomaly_score')).toEqual(wanted);
    }
  });
});

describe('rows that cannot be judged', () => {
  it('stand in their place without scores, and are told', async () => {
    const { lines, code } = await score(
      [
        'timestamp,value',
        '2014-04-01 00:00:00,1',
        'yesterday,2',
        '2014-04-01 00:05:00,',
        '2014-04-01 00:00:00,3',
        '2014-04-01 00:10:00,4,5',
        '2014-04-01 00:15:00,6',
      ].join('\n'),
      { quiet: false },
    );
    expect(code).toBe(3);
    expect(lines.slice(1)).toEqual([
      '2014-04-01 00:00:00,1,0,0,0,,,',
      'yesterday,2,,,0,,,',
      '2014-04-01 00:05:00,,,,0,,,',
      '2014-04-01 00:00:00,3,,,0,,,',
      ',,,,0,,,',
      expect.stringMatching(/^2014-04-01 00:15:00,6,0,0,0,/),
    ]);
    expect(said).toContain('1 row without a value: not judged');
    expect(said).toContain('1 row with a time seen before');
    expect(said).toContain('2 rows could not be read:\n  line 3, "timestamp": "yesterday" is not a timestamp');
    expect(said).toContain('still learning, without an alarm until then: in value 2 of 20');
  });

  it('are nothing to fail for when a file has gaps', async () => {
    expect((await score('timestamp,value\n2014-04-01,NaN\n2014-04-02,1\n')).code).toBe(0);
  });
});

describe('several metrics', () => {
  it('have the scores of the source, then one of each, and other columns as they were', async () => {
    const rows = rhythm(50).map((row, index) => `${row},"a, ""b""",${index % 7}`);
    const { lines } = await score(`timestamp,x,note,y\n${rows.join('\n')}`);
    expect(lines[0]).toBe('timestamp,x,note,y,anomaly_score,alarm_score,is_anomaly,x_anomaly_score,y_anomaly_score');
    expect(lines.slice(1).every((line, index) => line.startsWith(`${rows[index]},`))).toBe(true);
  });

  it('leave a missing one without a score', async () => {
    const { lines } = await score('timestamp,x,y\n2014-04-01,1,2\n2014-04-02,,3\n');
    expect(lines[2]).toBe('2014-04-02,,3,0,0,0,,0');
  });

  it('are not joined by a label, whose place the result takes', async () => {
    const { lines } = await score('timestamp,x,y,is_anomaly\n2014-04-01,1,2,1\n', { quiet: false });
    expect(lines[0]).toBe('timestamp,x,y,anomaly_score,alarm_score,is_anomaly,x_anomaly_score,y_anomaly_score');
    expect(said).toContain('note: column "is_anomaly" is no metric');
  });

  it('are told apart in the summary: rows judged as a whole, episodes of their parts', async () => {
    const rows = rhythm(600, 500).map((row, index) => `${row},${(index * 7919) % 101}`);
    await score(`timestamp,x,y\n${rows.join('\n')}`, { quiet: false });
    expect(said).toMatch(/: \d+ anomalous rows?; \d+ episodes? of single metrics, \d+ of relations\n/);
    expect(said).toContain('counts less for it the more metrics there are');
  });

  it('beyond 32 are said to be outside relations', async () => {
    const names = Array.from({ length: 33 }, (_, k) => `m${k}`);
    await score(`timestamp,${names.join(',')}\n2014-04-01,${names.map((_, k) => k).join(',')}\n`, { quiet: false });
    expect(said).toContain('1 source with more than 32 metrics: relations are watched among the first 32');
    expect(said).toContain('in m0 1 of 20, in m1 1 of 20, in m2 1 of 20 and 31 more');
  });

  it('never give two columns the same name', async () => {
    const { lines } = await score('timestamp,expected\n2014-04-01,1\n');
    expect(lines[0]).toBe('timestamp,expected,anomaly_score,alarm_score,is_anomaly,expected_anomaly_score');
  });
});

describe('several sources', () => {
  it('are judged each by itself', async () => {
    const one = rhythm(400);
    const mixed = one.flatMap((row) => [`a,${row}`, `b,${row.split(',')[0]},7`]);
    const alone = column((await score(`timestamp,value\n${one.join('\n')}`)).lines, 'anomaly_score');
    const { lines } = await score(`machine,timestamp,value\n${mixed.join('\n')}`, { sourceColumn: 'machine' });
    expect(column(lines, 'anomaly_score').filter((_, row) => row % 2 === 0)).toEqual(alone);
  });

  it('come from points in the wire format, too', async () => {
    const { lines } = await score(
      '{"source":"a","timestamp":"2026-11-22T13:00:00Z","metrics":{"t":1,"v":2}}\n{"source":1}\n' +
        '{"source":"b, c","timestamp":1795698000000,"metrics":{"v":3}}\n',
    );
    expect(lines).toEqual([
      'timestamp,source,t,v,anomaly_score,alarm_score,is_anomaly,t_anomaly_score,v_anomaly_score',
      '2026-11-22T13:00:00.000Z,a,1,2,0,0,0,0,0',
      ',,,,,,0,,',
      '2026-11-26T13:00:00.000Z,"b, c",,3,0,0,0,,0',
    ]);
  });
});

describe('a real series', () => {
  const hourly = path.join(__dirname, '../../../node_modules/vega-datasets/data/seattle-weather-hourly-normals.csv');

  it('runs through, every row in its place', async () => {
    const code = await runScore({ ...DEFAULTS, input: hourly, output: at('weather.csv') });
    expect(code).toBe(0);
    const lines = readFileSync(at('weather.csv'), 'utf8').trimEnd().split('\n');
    const input = readFileSync(hourly, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(input.length);
    lines.slice(1).forEach((line, index) => {
      expect(line.startsWith(`${input[index + 1]},`)).toBe(true);
    });
  });

  it('has a plot that is the same each time', async () => {
    writeFileSync(at('some.csv'), readFileSync(hourly, 'utf8').split('\n').slice(0, 800).join('\n'));
    const run = async (plot: string) => {
      await runScore({ ...DEFAULTS, input: at('some.csv'), output: at('weather.csv'), plot: at(plot) });
      return readFileSync(at(plot), 'utf8');
    };
    const svg = await run('one.svg');
    expect(await run('two.svg')).toBe(svg);
    expect(svg).toMatch(/^<svg width="1200" height="\d+"/);
    for (const words of ['pressure', 'temperature', 'wind', 'all metrics together']) expect(svg).toContain(words);
  });
});

describe('files that are written', () => {
  it('leave the old ones alone when the input cannot be used', async () => {
    writeFileSync(at('out.csv'), 'precious');
    await expect(score('a,b\n1,2\n')).rejects.toThrow('no time column');
    expect(readFileSync(at('out.csv'), 'utf8')).toBe('precious');
  });

  it('leave nothing behind when writing fails', async () => {
    const plot = path.join(folder, 'no-such-folder', 'plot.svg');
    await expect(score('timestamp,v\n2014-04-01,1\n', { output: at('new.csv'), plot })).rejects.toThrow(
      'its folder does not exist',
    );
    expect(existsSync(at('new.csv'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each(['plot.png', 'plot.html', 'plot.svg.gz'])('are no plot called %s: it would be SVG', async (plot) => {
    await expect(score('timestamp,v\n2014-04-01,1\n', { plot: at(plot) })).rejects.toThrow('plots are SVG');
    expect(existsSync(at(plot))).toBe(false);
  });

  it('are never the input', async () => {
    await expect(score('timestamp,v\n2014-04-01,1\n', { output: at('in.csv') })).rejects.toThrow(UsageError);
    await expect(score('timestamp,v\n2014-04-01,1\n', { plot: at('out.csv') })).rejects.toThrow(UsageError);
  });
});
