import fc from 'fast-check';
import { processorMsOf } from '../../test/factories/processor-time';
import { type Line, readLines } from './line-protocol';

const read = (text: string) => [...readLines(text)];
const plain = ({ measurement, tags, fields, timestamp }: Line) => [measurement, [...tags], [...fields], timestamp];
const one = (text: string) => {
  const lines = read(text);
  expect(lines).toHaveLength(1);
  const [line] = lines;
  return 'problem' in line! ? line.problem : plain(line!);
};

test.each<[name: string, text: string, expected: unknown]>([
  ['the least', 'm f=1', ['m', [], [['f', 1]], undefined]],
  ['a timestamp before 1970', 'm f=1 -1500', ['m', [], [['f', 1]], '-1500']],
  ['several spaces between the parts', 'm,a=b   f=1   7  ', ['m', [['a', 'b']], [['f', 1]], '7']],
  ['CRLF', 'm f=1 7\r\n', ['m', [], [['f', 1]], '7']],
  ['CR at the end of the text', 'm f=1\r', ['m', [], [['f', 1]], undefined]],
  ['an equals sign in the measurement', 'm=n f=1', ['m=n', [], [['f', 1]], undefined]],
  ['backslashes that escape nothing', 'm\\n,a\\b=c\\d f\\g=1', ['m\\n', [['a\\b', 'c\\d']], [['f\\g', 1]], undefined]],
  ['a quote in a name', '"m",a="b f"=1', ['"m"', [['a', '"b']], [['f"', 1]], undefined]],
  [
    'a string with everything in it',
    'm s="a, b=1 2\\"\\\\\n# 3",f=1 7',
    [
      'm',
      [],
      [
        ['s', undefined],
        ['f', 1],
      ],
      '7',
    ],
  ],
  ['an empty string', 'm s=""', ['m', [], [['s', undefined]], undefined]],
])('reads %s', (_, text, expected) => {
  expect(one(text)).toEqual(expected);
});

test.each<[text: string, value: number]>([
  ['1', 1],
  ['-1.5', -1.5],
  ['+2', 2],
  ['1.', 1],
  ['.5', 0.5],
  ['1.5e-3', 0.0015],
  ['1E+21', 1e21],
  ['42i', 42],
  ['-0042i', -42],
  ['9223372036854775807i', 2 ** 63],
  ['-9223372036854775808i', -(2 ** 63)],
  ['18446744073709551615u', 2 ** 64],
  ...['t', 'T', 'true', 'True', 'TRUE'].map((text): [string, number] => [text, 1]),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((text): [string, number] => [text, 0]),
])('the value %s is %d', (text, value) => {
  expect(one(`m f=${text}`)).toEqual(['m', [], [['f', value]], undefined]);
});

test.each<[text: string, problem: RegExp]>([
  ['m', /fields are missing/],
  ['m ', /field "" has no value|a field has no name/],
  [',a=b f=1', /the measurement has no name/],
  ['m,a=b', /fields are missing/],
  ['m,a f=1', /tag "a" has no value/],
  ['m,a= f=1', /tag "a" has no value/],
  ['m,=b f=1', /a tag has no name/],
  ['m,a=b=c f=1', /tag "a" holds an =/],
  ['m,a=b,a=c f=1', /tag "a" is there twice/],
  ['m f', /field "f" has no value/],
  ['m f=', /field "f": "" is no number/],
  ['m f=1,f=2', /field "f" is there twice/],
  ['m f=1,', /a field has no name/],
  ['m f=NaN', /"NaN" is no number/],
  ['m f=Infinity', /"Infinity" is no number/],
  ['m f=1e999', /"1e999" is no number/],
  ['m f=0x10', /"0x10" is no number/],
  ['m f=1_000', /"1_000" is no number/],
  ['m f=1.5i', /"1.5i" is no number/],
  ['m f=9223372036854775808i', /is no number/],
  ['m f=-9223372036854775809i', /is no number/],
  ['m f=-1u', /"-1u" is no number/],
  ['m f=18446744073709551616u', /is no number/],
  ['m f=yes', /"yes" is no number/],
  ['m s="open', /the string has no end/],
  ['m s="open\\', /the string has no end/],
  ['m s="a"b', /something follows the string/],
  ['m f=1 now', /timestamp "now" is no whole number/],
  ['m f=1 1.5', /timestamp "1.5" is no whole number/],
  ['m f=1 9223372036854775808', /is no whole number/],
  ['m f=1 7 8', /something follows the timestamp/],
])('refuses %s', (text, problem) => {
  expect(one(text)).toMatch(problem);
});

test('blank lines and comments are no lines; what follows a bad one is read', () => {
  const lines = read('\n# a comment, with f=1\n  \nm f=1 1\r\n\n bad\nm s="x"y\nm f=2 2');
  expect(lines.map((line) => ('problem' in line ? 'bad' : line.timestamp))).toEqual(['1', 'bad', 'bad', '2']);
});

test('what a string without an end holds is never taken for lines', () => {
  const [first, second, ...more] = read('m f=1\nm s="cut off\nforged f=1 1\n');
  expect(first).toMatchObject({ measurement: 'm' });
  expect(second).toMatchObject({ problem: expect.stringContaining('has no end') });
  expect(more).toEqual([]);
});

/**
 * Written by the Encoder of github.com/influxdata/line-protocol/v2 2.2.1 (Go), from the names and values below, at
 * 1763816400.123456789 s and a millisecond later each.
 */
const BY_ANOTHER_ENCODER =
  'cpu,cpu=cpu0,host=server\\ 1 usage_idle=98.5,n=-3i,u=18446744073709551615u 1763816400123456789\na\\ b\\,c=d,ho\\ st=x,k\\,1\\=2=v\\,\\=\\\\ y,source=pump\\ 17 f\\ 1\\,2\\=3=1e+21,s="q\\"uo\\\\te\\nnew, x=1 2\\tz",on=true,off=false 1763816400124456789\nback\\slash,t\\g=w\\x f\\d=0.3333333333333333 1763816400125456789\nwetter,source=Pümpe🌊 größe=0,klein=5e-324,gross=1.7976931348623157e+308 1763816400126456789\n';

test('what another encoder wrote is read as what it was given', () => {
  expect(read(BY_ANOTHER_ENCODER).map((line) => plain(line as Line))).toEqual([
    [
      'cpu',
      [
        ['cpu', 'cpu0'],
        ['host', 'server 1'],
      ],
      [
        ['usage_idle', 98.5],
        ['n', -3],
        ['u', 2 ** 64],
      ],
      '1763816400123456789',
    ],
    [
      'a b,c=d',
      [
        ['ho st', 'x'],
        ['k,1=2', 'v,=\\ y'],
        ['source', 'pump 17'],
      ],
      [
        ['f 1,2=3', 1e21],
        ['s', undefined],
        ['on', 1],
        ['off', 0],
      ],
      '1763816400124456789',
    ],
    ['back\\slash', [['t\\g', 'w\\x']], [['f\\d', 1 / 3]], '1763816400125456789'],
    [
      'wetter',
      [['source', 'Pümpe🌊']],
      [
        ['größe', 0],
        ['klein', 5e-324],
        ['gross', 1.7976931348623157e308],
      ],
      '1763816400126456789',
    ],
  ]);
});

/** What the grammar allows in a name; a backslash at its end would escape what follows. */
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter((text) => !/[\n\\]/.test(text) && !/^[#\s]/.test(text));
const escaped = (text: string, delimiters: RegExp) => text.replace(delimiters, '\\$&');
const parts = fc.record({
  measurement: name,
  tags: fc.uniqueArray(fc.tuple(name, name), { selector: ([key]) => key, maxLength: 3 }),
  fields: fc.uniqueArray(fc.tuple(name, fc.double({ noNaN: true, noDefaultInfinity: true })), {
    selector: ([key]) => key,
    minLength: 1,
    maxLength: 3,
  }),
  timestamp: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
});

test('any names and values survive writing and reading', () => {
  const written = ({ measurement, tags, fields, timestamp }: typeof parts extends fc.Arbitrary<infer T> ? T : never) =>
    `${escaped(measurement, /[, ]/g)}${tags.map(([key, value]) => `,${escaped(key, /[,= ]/g)}=${escaped(value, /[,= ]/g)}`).join('')} ${fields
      .map(([key, value]) => `${escaped(key, /[,= ]/g)}=${value}`)
      .join()} ${timestamp}`;
  fc.assert(
    fc.property(fc.array(parts, { minLength: 1, maxLength: 4 }), (lines) => {
      expect(
        read(lines.map(written).join('\n')).map((line) => ('problem' in line ? line.problem : plain(line))),
      ).toEqual(
        lines.map(({ measurement, tags, fields, timestamp }) => [
          measurement,
          tags,
          fields.map(([key, value]) => [key, value === 0 ? 0 : value]),
          String(timestamp),
        ]),
      );
    }),
    { numRuns: 300, seed: 5 },
  );
});

test('reading ends, and in time in proportion to the text, whatever it holds', () => {
  const characters = fc.constantFrom('m', ',', '=', ' ', '\n', '"', '\\', '1', 'i', '#', '\r', 'é');
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 200 }), (text) => {
      expect(read(text.join('')).length).toBeLessThanOrEqual(text.filter((c) => c === '\n').length + 1);
    }),
    { numRuns: 2_000, seed: 6 },
  );
  for (const line of ['m s="\n', '",s="\n', 'm s="",t="\n', 'm s="\\"\n', '"\n', '\\\n', 'm,a=\n'])
    expect(millisecondsFor(line.repeat(20_000))).toBeLessThan(2_000);
});

function millisecondsFor(text: string): number {
  return processorMsOf(() => {
    for (const _ of readLines(text));
  });
}
