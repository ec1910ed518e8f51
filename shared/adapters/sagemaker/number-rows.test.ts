import fc from 'fast-check';
import { decodeRows, encodeRows, MalformedRows } from './number-rows';
import { splitByBytes } from './split-rows';

const decode = (text: string) => decodeRows(Buffer.from(text), ['x', 'y']);
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.double({ min: 0, max: 1e5, noNaN: true }).map((value) => Math.round(value * 1e4) / 1e4),
);

describe('rows of numbers', () => {
  it('come back to the bit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number)), (rows) => {
        // Minus zero has no decimal text of its own.
        expect(decode(encodeRows(rows))).toEqual(rows.map((row) => row.map((value) => value + 0)));
      }),
    );
  });

  it('are read as the language reads its own numbers', () => {
    const digits = fc.stringMatching(/^-?\d{1,25}(\.\d{1,25})?$/);
    fc.assert(
      fc.property(digits, digits, (x, y) => {
        expect(decode(`${x},${y}`)).toEqual([[Number(x), Number(y)]]);
      }),
    );
  });

  it.each<[string, number[][]]>([
    ['', []],
    ['1,2', [[1, 2]]],
    ['1,2\n', [[1, 2]]],
    [
      '1,2\r\n3,4\r\n',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      '1e3,-2.5E-2\n0.1,123456789012345678',
      [
        [1000, -0.025],
        [0.1, 123456789012345680],
      ],
    ],
    ['-1,-0.5\n', [[-1, -0.5]]],
    ['999999999999999,0.00000000000001', [[999999999999999, 1e-14]]],
  ])('%j is read', (text, rows) => {
    expect(decode(text)).toEqual(rows);
  });

  it.each<[string, string]>([
    ['1,2\n3,x\n', 'row 2, column 2 (y): "x" is not a finite decimal number'],
    ['NaN,1', 'row 1, column 1 (x): "NaN"'],
    ['1,Infinity', 'row 1, column 2 (y): "Infinity"'],
    ['1,1e999', 'row 1, column 2 (y): "1e999"'],
    ['0x10,1', '"0x10"'],
    [' 1,2', '" 1"'],
    ['1,"2"', '"\\"2\\""'],
    ['1.,2', '"1."'],
    ['.5,2', '".5"'],
    ['1.2.3,2', '"1.2.3"'],
    ['-,2', '"-"'],
    [',2', 'row 1, column 1 (x): ""'],
    ['1,', 'row 1, column 2 (y): ""'],
    ['1', 'row 1 has 1 columns; 2 are expected'],
    ['1,2,3,4', 'row 1 has 4 columns; 2 are expected'],
    ['1,2\n\n3,4', 'row 2 is empty'],
    ['\n', 'row 1 is empty'],
    ['1,2\n\n', 'row 2 is empty'],
    ['1,2\r3,4', 'row 1, column 2 (y): "2\\r3"'],
    ['1;2', '"1;2"'],
    ['x,y\n1,2', 'row 1, column 1 (x): "x"'],
    [`1,${'9'.repeat(1_000)}`, 'row 1, column 2'],
    ['1,\u00002', '"\\u00002"'],
  ])('%j is refused', (text, message) => {
    expect(() => decode(text)).toThrow(MalformedRows);
    expect(() => decode(text)).toThrow(message);
  });

  it('are read or refused whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          for (const row of decodeRows(bytes, ['x', 'y']))
            expect(row.every(Number.isFinite) && row.length === 2).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRows);
          expect((error as Error).message.length).toBeLessThan(400);
        }
      }),
    );
  });

  it.each([1, 8, 9, 20, 31, 1_000])('split at %d bytes are the same rows in order', (bytesMax) => {
    const rows = Array.from({ length: 40 }, (_, i) => [i, i * 1.5]);
    const parts = splitByBytes(rows, bytesMax);
    expect(parts.flatMap(({ body }) => decode(body))).toEqual(rows);
    for (const part of parts) {
      expect(decode(part.body)).toHaveLength(part.rows);
      if (part.rows > 1) expect(part.body.length).toBeLessThanOrEqual(bytesMax);
    }
    for (let i = 1; i < parts.length; i++) {
      const firstRow = parts[i]!.body.indexOf('\n') + 1;
      expect(parts[i - 1]!.body.length + firstRow).toBeGreaterThan(bytesMax);
    }
  });
});
