import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { InputError, openDataInput, type ReadItem, type ReadOptions, readDataPoints } from './data-input';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(content: string | Uint8Array, options: ReadOptions = {}, name = 'pump.csv'): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  for await (const item of readDataPoints(file(name, content), options)) items.push(item);
  return items;
}

/** An item on one line: source@time metric=value …, or !line reason field. */
function brief(item: ReadItem): string {
  if (item.kind === 'rejected')
    return `!${item.line} ${item.reason}${item.field === undefined ? '' : ` ${item.field}`}`;
  const { source, timestamp, metrics } = item.point;
  const values = Object.entries(metrics).map(([name, value]) => `${name}=${value}`);
  return `${source}@${new Date(timestamp).toISOString()} ${values.join(' ')}`;
}

const WIRE = '{"source":"a","timestamp":"2026-11-22T13:00:00Z","metrics":{"t":1}}';
const AT = (time: string) => `2014-04-01T${time}.000Z`;

describe('reading a file of data points', () => {
  const cases: [name: string, content: string, expected: string[], options?: ReadOptions][] = [
    [
      'timestamp and value',
      'timestamp,value\n2014-04-01 00:00:00,20.5\n2014-04-01 00:05:00,-3\n',
      [`pump@${AT('00:00:00')} value=20.5`, `pump@${AT('00:05:00')} value=-3`],
    ],
    ['no line end at the end', 'timestamp,value\n2014-04-01,1', [`pump@${AT('00:00:00')} value=1`]],
    ['byte order mark and CRLF', '\u{feff}timestamp,value\r\n2014-04-01,1\r\n', [`pump@${AT('00:00:00')} value=1`]],
    ['empty lines are no rows', 'timestamp,value\n\n2014-04-01,1\n\n\n', [`pump@${AT('00:00:00')} value=1`]],
    [
      'several metrics, one of them missing',
      'time,a,b\n2014-04-01,1,\n2014-04-01,NaN,2\n2014-04-01,null,N/A\n',
      [`pump@${AT('00:00:00')} a=1`, `pump@${AT('00:00:00')} b=2`, '!4 empty'],
    ],
    [
      'a source column found by its name',
      'source,Date,v\nx,2014-04-01,1\n"y, z",2014-04-01,2\n,2014-04-01,2\n',
      [`x@${AT('00:00:00')} v=1`, `y, z@${AT('00:00:00')} v=2`, '!4 invalid-field source'],
    ],
    [
      'columns named by options',
      'year,host,v\n2014-04-01,x,1\n',
      [`x@${AT('00:00:00')} v=1`],
      { timeColumn: 'year', sourceColumn: 'host' },
    ],
    ['the source given', 'ts,v\n2014-04-01,1\n', [`north@${AT('00:00:00')} v=1`], { source: 'north' }],
    ['the time column found by what it holds', 'v,when\n1,2014-04-01\n', [`pump@${AT('00:00:00')} v=1`]],
    [
      'of two columns named like a time, the one that holds timestamps',
      'time,date,v\nnoon,2014-04-01,1\n',
      [`pump@${AT('00:00:00')} v=1`],
    ],
    ['semicolons and decimal commas', 'timestamp;v\n2014-04-01;1,5\n', [`pump@${AT('00:00:00')} v=1.5`]],
    ['tabs', 'timestamp\tv\n2014-04-01\t1.5\n', [`pump@${AT('00:00:00')} v=1.5`]],
    ['no header', '2014-04-01 00:00:00,7\n', [`pump@${AT('00:00:00')} value=7`]],
    [
      'quotes with line ends in them',
      'timestamp,v,note\n"2014-04-01","1","two\nlines, ""quoted"""\n2014-04-01,2,\n',
      [`pump@${AT('00:00:00')} v=1`, `pump@${AT('00:00:00')} v=2`],
    ],
    [
      'a quote that is not closed costs its row only',
      'timestamp,v,note\n2014-04-01,1,"open\n2014-04-01,2,x\n2014-04-01,3,5" pipe\n',
      ['!2 not-csv', `pump@${AT('00:00:00')} v=2`, `pump@${AT('00:00:00')} v=3`],
    ],
    [
      'too many and too few cells',
      'timestamp,v,w\n2014-04-01,1\n2014-04-01,1,2,3\n2014-04-01,1,2,,\n',
      [`pump@${AT('00:00:00')} v=1`, '!3 invalid-field', `pump@${AT('00:00:00')} v=1 w=2`],
    ],
    [
      'values that are no finite numbers',
      'timestamp,v\n2014-04-01,1\n2014-04-01,2\n2014-04-01,3\n2014-04-01,4\n2014-04-01,Infinity\n2014-04-01,1e999\n2014-04-01,0x10\n',
      [
        ...[1, 2, 3, 4].map((value) => `pump@${AT('00:00:00')} v=${value}`),
        '!6 invalid-field v',
        '!7 invalid-field v',
        '!8 invalid-field v',
      ],
    ],
    [
      'a timestamp that is none',
      'timestamp,v\nyesterday,1\n2014-02-30,1\n',
      ['!2 invalid-field timestamp', '!3 invalid-field timestamp'],
    ],
    ['NUL bytes', 'timestamp,v\n2014-04-01,1\0\n2014-04-01,2\n', ['!2 not-text', `pump@${AT('00:00:00')} v=2`]],
    [
      'a metric called __proto__',
      'timestamp,__proto__,constructor\n2014-04-01,1,2\n',
      [`pump@${AT('00:00:00')} __proto__=1 constructor=2`],
    ],
    [
      'NDJSON',
      `${WIRE}\n\n{"source":\n${WIRE}\n`,
      ['a@2026-11-22T13:00:00.000Z t=1', '!3 not-json', 'a@2026-11-22T13:00:00.000Z t=1'],
    ],
    ['NDJSON that begins broken', `{"source":\n${WIRE}\n`, ['!1 not-json', 'a@2026-11-22T13:00:00.000Z t=1']],
    ['one JSON object', `\n${WIRE}`, ['a@2026-11-22T13:00:00.000Z t=1']],
    ['one JSON object over several lines', WIRE.replaceAll(',', ',\n'), ['a@2026-11-22T13:00:00.000Z t=1']],
    [
      'a JSON array over several lines, with elements that are no points',
      `[\n ${WIRE},\n 12, "a,]b", null,\n {"source":"a"}\n]\n`,
      [
        'a@2026-11-22T13:00:00.000Z t=1',
        '!3 invalid-field',
        '!3 invalid-field',
        '!3 invalid-field',
        '!4 invalid-field timestamp',
      ],
    ],
    [
      'a JSON array that ends in an element',
      `[${WIRE},\n{"source":"b"`,
      ['a@2026-11-22T13:00:00.000Z t=1', '!2 not-json'],
    ],
    ['a header alone', 'timestamp,value\n', []],
  ];
  test.each(cases)('%s', async (_, content, expected, options = {}) => {
    expect((await read(content, options)).map(brief)).toEqual(expected);
    expect((await read(gzipSync(content), options)).map(brief)).toEqual(expected);
  });

  it('reads one byte at a time what it reads at once', async () => {
    for (const [, content, expected, options] of cases) {
      const bytes = Buffer.from(content);
      const stdin = Readable.from([...bytes].map((byte) => Buffer.of(byte)));
      const items: ReadItem[] = [];
      for await (const item of readDataPoints('-', { source: 'pump', ...options, stdin })) items.push(item);
      expect(items.map(brief)).toEqual(expected);
    }
  });
});

describe('a file that cannot be used as a whole', () => {
  const noise = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919 + 13) % 251));
  const cases: [name: string, content: string | Buffer, says: RegExp][] = [
    ['empty', '', /is empty/],
    ['binary', noise, /neither CSV nor JSON/],
    ['UTF-16', Buffer.from('\u{feff}timestamp,value\n', 'utf16le'), /UTF-16/],
    ['one column', 'value\n1\n2\n', /one column only, "value"/],
    ['no time', 'a,b\n1,2\n', /no time column among "a, b"; name it with --time-column/],
    ['no numbers', 'timestamp,b\n2014-04-01,x\n', /no column of numbers beside the time "timestamp"/],
    ['a header with an open quote', 'timestamp,"b\n', /line 1: a quote that is not closed/],
  ];
  test.each(cases)('%s', async (_, content, says) => {
    await expect(read(content)).rejects.toThrow(says);
    await expect(read(content)).rejects.toThrow(InputError);
  });

  it('names a column that does not exist, and a file', async () => {
    await expect(read('timestamp,v\n2014-04-01,1\n', { timeColumn: 'when' })).rejects.toThrow('no column "when"');
    await expect(openDataInput(join(folder, 'nothing.csv'))).rejects.toThrow('there is no such file');
    await expect(openDataInput(folder)).rejects.toThrow('is a folder');
  });
});

describe('columns that are left out', () => {
  it('are named, with what to do about them', async () => {
    const input = await openDataInput(file('notes.csv', 'timestamp,site,v,,v\n2014-04-01,north,1,2,3\n'));
    expect(input.metrics).toEqual(['v']);
    expect(input.notes).toEqual([
      'column "site" is left out: it holds text; if it names the source of a row, say --source-column "site"',
      'column 4 is left out: it has no name',
      'column "v" is left out: another one has the same name',
    ]);
    input.close();
  });
});

describe('sizes that are no data', () => {
  it('passes over a line of 10 MB and reads what follows', async () => {
    const content = `timestamp,v\n2014-04-01,${'9'.repeat(10_000_000)}\n2014-04-01,2\n`;
    expect((await read(content)).map(brief)).toEqual(['!2 too-large', `pump@${AT('00:00:00')} v=2`]);
    expect((await read(gzipSync(content))).map(brief)).toEqual(['!2 too-large', `pump@${AT('00:00:00')} v=2`]);
  });

  it('stops at a line without end, as a gzip bomb has one', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('timestamp,v\n2014-04-01,1\n'), Buffer.alloc(100_000_000, 48)]));
    const items = await read(bomb);
    expect(items.map(brief)).toEqual([`pump@${AT('00:00:00')} v=1`, '!3 too-large']);
    expect(items[1]).toMatchObject({ isEnd: true, message: 'reading stops: a line that does not end within 64 MiB' });
  });

  it('gives what could be unpacked of a gzip file that is cut off', async () => {
    const rows = Array.from({ length: 50_000 }, (_, index) => `2014-04-01,${Math.imul(index, 2_654_435_761)}`);
    const packed = gzipSync(`timestamp,v\n${rows.join('\n')}\n`);
    const items = await read(packed.subarray(0, packed.length / 2));
    expect(items.length).toBeGreaterThan(10_000);
    expect(items.at(-1)).toMatchObject({ kind: 'rejected', reason: 'not-gzip', isEnd: true });
  });
});

describe('whatever a file holds', () => {
  it('is read or refused, in order of lines, and never breaks the reader', async () => {
    const cell = fc.oneof(
      fc.constantFrom('', '"', '""', ',', '\n', '\r\n', ';', '\0', '{', '}', '[', ']', '1', '2014-04-01', 'NaN', WIRE),
      fc.string({ maxLength: 6 }),
    );
    const content = fc.oneof(
      fc.array(cell, { maxLength: 60 }).map((cells) => Buffer.from(cells.join(''))),
      fc.array(cell, { maxLength: 60 }).map((cells) => Buffer.from(`timestamp,v\n${cells.join(',')}`)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => gzipSync(bytes).subarray(0, 200)),
    );
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        try {
          const stdin = Readable.from([bytes]);
          let last = 0;
          for await (const item of readDataPoints('-', { stdin })) {
            expect(item.line).toBeGreaterThanOrEqual(last);
            last = item.line;
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});
