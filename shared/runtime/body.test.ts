import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { wirePoint } from '../../test/factories/records';
import { LIMITS } from '../domain/limits';
import { decodeBody } from './body';

const bytes = (text: string) => Buffer.from(text);
const json = (value: unknown) => bytes(JSON.stringify(value));

describe('a record body', () => {
  test.each([
    ['one object', json(wirePoint()), 1],
    ['an array', json([wirePoint(), wirePoint()]), 2],
    [
      'NDJSON with blank lines and CRLF',
      bytes(`${JSON.stringify(wirePoint())}\r\n\n${JSON.stringify(wirePoint())}\n`),
      2,
    ],
    ['a line of line protocol', bytes('pump,source=pump-17 temperature=71.2 1763816400000000000'), 1],
    [
      'several, gzipped',
      gzipSync('# pumps\npump temperature=71.2 1763816400000000000\npump on=t 1763816401000000000\n'),
      2,
    ],
    ['gzip of an array', gzipSync(json([wirePoint()])), 1],
    ['a byte order mark before an object', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json(wirePoint())]), 1],
  ])('may be %s', (_, body, points) => {
    expect(decodeBody(body)).toMatchObject({ points: { length: points }, rejections: [] });
  });

  test.each([
    ['nothing', bytes(''), 'empty'],
    ['white space', bytes(' \n \n'), 'empty'],
    ['an empty array', bytes('[]'), 'empty'],
    ['text that is not JSON', bytes('temperature: 71'), 'not-json'],
    ['text that is neither JSON nor line protocol', bytes('temperature=71'), 'not-line-protocol'],
    ['JSON cut short', bytes('{"source":"pump-17"'), 'not-json'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'not-text'],
    ['what only begins as gzip', Buffer.from([0x1f, 0x8b, 1, 2, 3]), 'not-gzip'],
    ['gzip cut short', gzipSync(json(wirePoint())).subarray(0, 30), 'not-gzip'],
    ['a gzip bomb', gzipSync(Buffer.alloc(64 << 20, 0x20)), 'too-large'],
    ['ten megabytes', Buffer.alloc(10 << 20, 0x20), 'too-large'],
    [
      'more points than a record may hold',
      json(Array.from({ length: LIMITS.recordPointsMax + 1 }, () => 1)),
      'too-many-points',
    ],
    ['a number', bytes('5'), 'invalid-field'],
    ['null', bytes('null'), 'invalid-field'],
  ])('that is %s is refused', (_, body, reason) => {
    expect(decodeBody(body)).toMatchObject({ points: [], rejections: [{ reason, index: 0 }] });
  });

  test('keeps the good lines when others are bad, and names the bad ones by position', () => {
    const good = JSON.stringify(wirePoint());
    const decoded = decodeBody(bytes(`${good}\n{"source":\n${good}\n{"source":"x"}`));
    expect(decoded.points.map(({ index }) => index)).toEqual([0, 2]);
    expect(decoded.rejections).toMatchObject([
      { index: 1, reason: 'not-json' },
      { index: 3, reason: 'invalid-field', field: 'timestamp' },
    ]);
  });

  test('never throws and accounts for every element, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (body) => accounted(body)));
    fc.assert(fc.property(fc.json(), (text) => accounted(bytes(text))));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (body) => accounted(gzipSync(body))));
  });
});

function accounted(body: Uint8Array): void {
  const { points, rejections } = decodeBody(body);
  expect(points.length + rejections.length).toBeGreaterThan(0);
}
