import { gzipSync } from 'node:zlib';
import { ARRIVAL, wirePoint } from '../../test/factories/records';
import type { Redriven } from '../domain/redriven';
import { decodeBody } from './body';
import { redriveEntries, type SetAside, TooLargeAgain } from './redrive-entries';
import { redrivenOf, redrivenRecord } from './redriven-record';

const MARK: Redriven = {
  ...{ attempt: 1, reason: 'too-far-in-past', stream: 'points', shard: '0', sequence: '7', arrival: ARRIVAL },
};
const LATER = ARRIVAL + 86_400_000;
const bytes = (body: unknown) => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
const aside = (body: unknown, more: Partial<SetAside> = {}): SetAside => ({
  ...{ stream: 'points', shard: '0', sequence: '7', arrival: ARRIVAL, reason: 'invalid-field' },
  body: body instanceof Uint8Array ? body : bytes(body),
  ...more,
});
/** What each entry is keyed by and holds, as detection reads it. */
const read = (set: SetAside) =>
  redriveEntries(set).map(({ partitionKey, data }) => {
    const { points, rejections, redriven } = decodeBody(data, LATER);
    const found = [...points, ...rejections].map(({ index }) => index);
    return { key: partitionKey, found, attempt: redriven!.attempt, arrival: redriven!.arrival };
  });

describe('a redriven record', () => {
  test('holds any body whatever, and where it came first', () => {
    const body = gzipSync('pump,source=pump-17 temperature=71.2');
    const record = redrivenRecord({ redriven: MARK, body });
    expect(redrivenOf(record)).toEqual({ redriven: MARK, body });
    const { points, redriven } = decodeBody(record, LATER);
    expect(redriven).toEqual(MARK);
    // A line without a time has that of its first arrival.
    expect(points).toMatchObject([{ index: 0, point: { source: 'pump-17', timestamp: ARRIVAL } }]);
  });

  test('gives its elements the indices that they had at first', () => {
    const redriven = { ...MARK, elements: [4, 9] };
    const record = redrivenRecord({ redriven, body: bytes([wirePoint(), { source: 'pump-17' }]) });
    const { points, rejections } = decodeBody(record, LATER);
    expect([points[0]!.index, rejections[0]!.index]).toEqual([4, 9]);
  });

  test('did not come first after it came again', () => {
    const record = redrivenRecord({ redriven: { ...MARK, arrival: LATER }, body: bytes(wirePoint()) });
    expect(decodeBody(record, ARRIVAL).redriven?.arrival).toBe(ARRIVAL);
  });

  test.each<[says: string, record: unknown]>([
    ['a mark without an attempt', { redriven: { ...MARK, attempt: 0 }, body: '' }],
    ['no body', { redriven: MARK }],
    [
      'one to which somebody has added a source',
      { redriven: MARK, body: bytes(wirePoint()).toString('base64'), source: 'pump-17' },
    ],
    ['a torn text', '{"redriven":{'],
    [
      'one within another',
      redrivenRecord({ redriven: MARK, body: redrivenRecord({ redriven: MARK, body: bytes(wirePoint()) }) }),
    ],
  ])('%s is none, and rejected as what it is', (_, record) => {
    const { points, rejections } = decodeBody(record instanceof Uint8Array ? record : bytes(record), LATER);
    expect(points).toEqual([]);
    expect(rejections).toHaveLength(1);
  });
});

describe('what is put again', () => {
  const two = [wirePoint(), wirePoint({ source: 'pump-18' }), wirePoint({ timestamp: ARRIVAL + 1 })];

  test.each<[says: string, set: SetAside, entries: { key: string; found: number[] }[]]>([
    [
      'a whole record, by source',
      aside(two),
      [
        { key: 'pump-17', found: [0, 2] },
        { key: 'pump-18', found: [1] },
      ],
    ],
    ['one of its elements', aside(two, { elements: new Set([2]) }), [{ key: 'pump-17', found: [2] }]],
    [
      'an element that cannot be read, by the source that it names',
      aside([...two, { source: 'pump-19', timestamp: 'noon' }], { elements: new Set([3]) }),
      [{ key: 'pump-19', found: [3] }],
    ],
    [
      'a line of several',
      aside(`${JSON.stringify(two[0])}\n{"source":"a b"}\n`, { elements: new Set([1]) }),
      [{ key: 'a b', found: [1] }],
    ],
    ['a record that is no JSON, whole', aside('{"source":', { reason: 'not-json' }), [{ key: '7', found: [0] }]],
    [
      'a line of line protocol, with all others of its record',
      aside('pump,source=p v=1 1764460800000000000\npump,source=p v=', { elements: new Set([1]) }),
      [{ key: '7', found: [0, 1] }],
    ],
  ])('%s', (_, set, entries) => {
    expect(read(set)).toEqual(entries.map((entry) => ({ ...entry, attempt: 1, arrival: ARRIVAL })));
  });

  test('keeps, a second and third time, where it came first, and counts', () => {
    const again = (body: Uint8Array) => aside(body, { sequence: '99', arrival: LATER, elements: new Set([2]) });
    const [first] = redriveEntries(aside(two, { elements: new Set([2]) }));
    const [second] = redriveEntries(again(first!.data));
    const [third] = redriveEntries(again(second!.data));
    expect(redrivenOf(third!.data)!.redriven).toEqual({ ...MARK, reason: 'invalid-field', attempt: 3, elements: [2] });
  });

  test('an unread element keeps its index over several times', () => {
    const wrong = { source: 'pump-19', timestamp: 'noon' };
    const [first] = redriveEntries(aside([...two, wrong], { elements: new Set([3]) }));
    const [second] = redriveEntries(aside(first!.data, { elements: new Set([3]) }));
    expect(decodeBody(second!.data, LATER)).toMatchObject({ points: [], rejections: [{ index: 3 }] });
  });

  test('does not grow beyond what a record may have', () => {
    const long = Array.from({ length: 6_500 }, (_, i) =>
      wirePoint({ timestamp: ARRIVAL + i, tags: { note: 'x'.repeat(20) } }),
    );
    const entries = redriveEntries(aside(long));
    expect(entries.length).toBeGreaterThan(1);
    expect(entries.flatMap(({ data }) => decodeBody(data, LATER).points)).toHaveLength(6_500);
    expect(() => redriveEntries(aside(`{"source":${'x'.repeat(900_000)}`))).toThrow(TooLargeAgain);
  });
});
