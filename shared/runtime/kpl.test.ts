import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { field, record, sealed } from '../../test/factories/aggregate';
import { processorMsOf } from '../../test/factories/processor-time';
import { LIMITS } from '../domain/limits';
import { decodeBody } from './body';
import { isAggregate } from './kpl';

const ARRIVAL = 1_763_816_400_500;

/**
 * Packed by aws-kinesis-agg 1.2.3 (PyPI, by AWS) with RecordAggregator.add_user_record(key, data[, explicit_hash_key]) and
 * get_contents(): temperatures of pump-17 as an object, of pump-18 as line protocol, of pump-17 as a gzipped array of two;
 * objects of a, b (cut short) and c; objects of a and b with explicit hash keys.
 */
const PACKED = {
  threeKinds: [
    'f3899ac20a0770756d702d31370a0770756d702d31381a5108001a4d7b22736f75726365223a2270756d702d3137222c2274696d657374',
    '616d70223a313736333831363430303030302c226d657472696373223a7b2274656d7065726174757265223a37312e327d7d1a3d08011a',
    '3970756d702c736f757263653d70756d702d31382074656d70657261747572653d36342e35203137363338313634303030303030303030',
    '30300a1a6908001a651f8b0800000000000203adcc310e80201005d1bbfc1a8d040286ab180b43b6a0d8b881a522dc5dbd83d3bf3906da',
    'dd6b26244867596c848116a6a6170b928dc1ed36f8edcb80496bc90d69408985eaa5bdbe38dad5cd69febbf939cf071ef8e0319d000000',
    '94267ac98468b725ce5a47fc544eb4cf',
  ].join(''),
  oneBad: [
    'f3899ac20a01610a01620a01631a4808001a447b22736f75726365223a2261222c2274696d657374616d70223a31373633383136343030',
    '3030302c226d657472696373223a7b2274656d7065726174757265223a317d7d1a0e08011a0a7b22736f75726365223a1a4808021a447b',
    '22736f75726365223a2263222c2274696d657374616d70223a313736333831363430303030302c226d657472696373223a7b2274656d70',
    '65726174757265223a337d7dd42e2560e80113defbb886efc628726a',
  ].join(''),
  withHashKeys: [
    'f3899ac20a01610a0162120331323312273334303238323336363932303933383436333436333337343630373433313736383231313435',
    '351a4a080010001a447b22736f75726365223a2261222c2274696d657374616d70223a313736333831363430303030302c226d65747269',
    '6373223a7b2274656d7065726174757265223a317d7d1a4a080110011a447b22736f75726365223a2262222c2274696d657374616d7022',
    '3a313736333831363430303030302c226d657472696373223a7b2274656d7065726174757265223a327d7dd6cbf1e54052ff0f710ed202',
    'b3c6f944',
  ].join(''),
};

describe('records that a KPL packed', () => {
  const decoded = (hex: string) => {
    const { points, rejections } = decodeBody(Buffer.from(hex, 'hex'), ARRIVAL);
    return {
      points: points.map(({ index, point }) => [index, point.source, Object.values(point.metrics)[0]]),
      rejections: rejections.map(({ index, reason }) => [index, reason]),
    };
  };

  test('are unpacked in order, each by what it holds', () => {
    expect(decoded(PACKED.threeKinds)).toEqual({
      points: [
        [0, 'pump-17', 71.2],
        [10_000, 'pump-18', 64.5],
        [20_000, 'pump-17', 71.3],
        [20_001, 'pump-17', 71.4],
      ],
      rejections: [],
    });
  });

  test('are judged one by one', () => {
    expect(decoded(PACKED.oneBad)).toEqual({
      points: [
        [0, 'a', 1],
        [20_000, 'c', 3],
      ],
      rejections: [[10_000, 'not-json']],
    });
  });

  test('may have explicit hash keys', () => {
    expect(decoded(PACKED.withHashKeys).points).toEqual([
      [0, 'a', 1],
      [10_000, 'b', 2],
    ]);
  });

  test.each<[string, (body: Buffer) => Buffer]>([
    ['a bit of its message changed', (body) => changed(body, 40)],
    ['a bit of its checksum changed', (body) => changed(body, body.length - 1)],
    ['its end is cut off', (body) => body.subarray(0, -5)],
    ['only its magic number is left', (body) => body.subarray(0, 4)],
    ['no message is between magic number and checksum', (body) => body.subarray(0, 20)],
  ])('are refused as a whole when %s', (_, damage) => {
    const body = damage(Buffer.from(PACKED.threeKinds, 'hex'));
    expect(decodeBody(body)).toMatchObject({ points: [], rejections: [{ index: 0, reason: 'not-kpl' }] });
  });
});

describe('an aggregate', () => {
  test('whose user record is damaged loses that one alone', () => {
    const body = sealed(
      record(field(3, text('a'))),
      field(3, Buffer.from([0x1a, 0x7f, 1])),
      record(field(3, text('b'))),
      field(3, Buffer.from([8, 0])),
    );
    const { points, rejections } = decodeBody(body);
    expect(points.map(({ index }) => index)).toEqual([0, 20_000]);
    expect(rejections.map(({ index, reason }) => [index, reason])).toEqual([
      [10_000, 'not-kpl'],
      [30_000, 'not-kpl'],
    ]);
  });

  test('with fields of a later version is read', () => {
    const unknown = [
      Buffer.from([0x20, 0xff, 0xff, 0x03]),
      Buffer.from([0x29, ...Buffer.alloc(8)]),
      Buffer.from([0x35, 1, 2, 3, 4]),
      field(99, text('x')),
    ];
    const body = sealed(...unknown, record(Buffer.concat([...unknown, field(3, text('a')), ...unknown])));
    expect(decodeBody(body)).toMatchObject({ points: [{ index: 0, point: { source: 'a' } }], rejections: [] });
  });

  test.each<[string, Buffer]>([
    ['a length beyond its end', Buffer.from([0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a length that no integer holds', Buffer.from([0x1a, ...Buffer.alloc(9, 0xff), 0x7f])],
    ['a varint that never ends', Buffer.alloc(40, 0xff)],
    ['a group', Buffer.from([0x1b, 0x1c])],
    ['field number 0', Buffer.from([0x02, 0x00])],
    ['a fixed field beyond its end', Buffer.from([0x29, 1, 2])],
  ])('that holds %s is refused', (_, message) => {
    expect(decodeBody(sealed(message))).toMatchObject({ points: [], rejections: [{ reason: 'not-kpl' }] });
  });

  test('without user records is empty', () => {
    expect(decodeBody(sealed(field(1, Buffer.from('key'))))).toMatchObject({
      rejections: [{ index: 0, reason: 'empty' }],
    });
  });

  test('within an aggregate is not unpacked', () => {
    const inner = sealed(record(field(3, text('a'))));
    expect(decodeBody(sealed(record(field(3, inner))))).toMatchObject({
      points: [],
      rejections: [{ reason: 'not-text' }],
    });
  });

  test('holds no more points than any other record', () => {
    const packed = (user: number, each: number) =>
      sealed(...Array<Buffer>(user).fill(record(field(3, Buffer.from('m f=1\n'.repeat(each))))));
    expect(decodeBody(packed(100, 100), ARRIVAL).points).toHaveLength(LIMITS.recordPointsMax);
    for (const [user, each] of [
      [100, 101],
      [LIMITS.recordPointsMax + 1, 1],
      [LIMITS.recordPointsMax + 1, 0],
    ] as const)
      expect(decodeBody(packed(user, each), ARRIVAL)).toMatchObject({
        points: [],
        rejections: [{ reason: 'too-many-points' }],
      });
  });

  test('inflates no further than any other record, whole or damaged, and keeps what came before', () => {
    const bomb = gzipSync(Buffer.alloc(7 << 20, 0x20));
    for (const each of [bomb, bomb.subarray(0, -4)]) {
      const body = sealed(record(field(3, text('a'))), ...Array<Buffer>(100).fill(record(field(3, each))));
      let decoded = decodeBody(Buffer.alloc(0));
      const spent = processorMsOf(() => {
        decoded = decodeBody(body);
      });
      const { points, rejections } = decoded;
      expect(points).toHaveLength(1);
      expect(rejections).toHaveLength(100);
      expect(rejections.filter(({ reason }) => reason === 'too-large').length).toBeGreaterThanOrEqual(98);
      expect(spent).toBeLessThan(2_000);
    }
  });

  test('begins as no text can', () => {
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from('f3899ac2', 'hex'))).toThrow();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (some) => !isAggregate(Buffer.from(some))));
  });

  test('whatever it holds, never throws, and accounts for each user record under an index of its own', () => {
    const user = fc.oneof(
      fc.constant(text('a')),
      fc.constantFrom('m f=1\nm f=2', 'm s="x"', 'bad', '', '[1,2]', '{"a":').map((some) => Buffer.from(some)),
      fc.uint8Array({ maxLength: 30 }).map((some) => Buffer.from(some)),
      fc.uint8Array({ maxLength: 30 }).map((some) => gzipSync(some)),
    );
    fc.assert(
      fc.property(fc.array(user, { minLength: 1, maxLength: 12 }), (users) => {
        const {
          points,
          rejections,
          unmeasured = 0,
        } = decodeBody(sealed(...users.map((some) => record(field(3, some)))), ARRIVAL);
        const indices = [...points, ...rejections].map(({ index }) => index);
        expect(new Set(indices).size).toBe(indices.length);
        const seen = new Set(indices.map((index) => Math.floor(index / LIMITS.recordPointsMax)));
        expect(seen.size + unmeasured).toBeGreaterThanOrEqual(users.length);
        users.forEach((some, n) => {
          const alone = decodeBody(some, ARRIVAL);
          const mine = points.filter(({ index }) => Math.floor(index / LIMITS.recordPointsMax) === n);
          expect(mine.map(({ point }) => point)).toEqual(
            isAggregate(some) ? [] : alone.points.map(({ point }) => point),
          );
        });
      }),
      { numRuns: 300, seed: 7 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
        const { points, rejections, unmeasured = 0 } = decodeBody(sealed(Buffer.from(message)));
        expect(points.length + rejections.length + unmeasured).toBeGreaterThan(0);
      }),
      { numRuns: 2_000, seed: 8 },
    );
  });
});

function text(source: string): Buffer {
  return Buffer.from(JSON.stringify({ source, timestamp: ARRIVAL, metrics: { f: 1 } }));
}

function changed(body: Buffer, at: number): Buffer {
  const other = Buffer.from(body);
  other[at]! ^= 4;
  return other;
}
