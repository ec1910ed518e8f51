import fc from 'fast-check';
import { type DataPoint, DataPointSchema, isRejection, SAMPLE_DATA_POINT, toDataPoint } from './data-point';
import { LIMITS } from './limits';

const valid = { source: 's', timestamp: '2026-11-22T13:00:00Z', metrics: { m: 1 } };

function accepted(value: unknown): DataPoint {
  const result = toDataPoint(value, 0);
  if (isRejection(result)) throw new Error(result.message);
  return result;
}

function rejected(value: unknown) {
  const result = toDataPoint(value, 7);
  if (!isRejection(result)) throw new Error('was accepted');
  return result;
}

/** Values near to those that are usual: nearly every one differs from a point in at most one place. */
const NEARLY_POINTS = fc.record(
  {
    source: fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('pump-17', 'é', 'x'.repeat(257), 7, null)),
    timestamp: fc.oneof(
      fc.integer({ min: 99_999_999_998, max: 100_000_000_002 }),
      fc.constantFrom(
        1.7e12,
        1.7e12 + 0.5,
        -1.7e12,
        253_402_300_799_999,
        253_402_300_800_000,
        Number.NaN,
        '2026-11-22T13:00:00Z',
      ),
    ),
    metrics: fc.oneof(
      fc.dictionary(
        fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('__proto__', 'temperature')),
        fc.oneof(fc.double(), fc.constantFrom(null, '1', -0)),
        { maxKeys: 3 },
      ),
      fc.constantFrom(null, [], [1], 'text'),
    ),
    tags: fc.constantFrom(undefined, {}, { site: 'berlin' }, null),
  },
  { requiredKeys: [] },
);

describe('a data point', () => {
  it('is what the schema makes of it, whichever way it is read', () => {
    let points = 0;
    fc.assert(
      fc.property(NEARLY_POINTS, (value) => {
        const parsed = DataPointSchema.safeParse(value);
        const point = toDataPoint(value, 0);
        expect(isRejection(point)).toBe(!parsed.success);
        if (!parsed.success) return;
        points++;
        expect(point).toEqual({ ...parsed.data, tags: parsed.data.tags ?? {} });
      }),
      { numRuns: 2_000, seed: 11 },
    );
    expect(points).toBeGreaterThan(50);
  });

  test('the sample is valid', () => {
    expect(DataPointSchema.safeParse(SAMPLE_DATA_POINT).success).toBe(true);
  });

  test.each([
    ['an instant in UTC', '2026-11-22T13:00:00Z', Date.UTC(2026, 10, 22, 13)],
    ['an instant with an offset', '2026-11-22T13:00:00.250+01:00', Date.UTC(2026, 10, 22, 12, 0, 0, 250)],
    ['an instant without seconds', '2026-11-22T13:00Z', Date.UTC(2026, 10, 22, 13)],
    ['epoch milliseconds', 1_700_000_000_000, 1_700_000_000_000],
    ['a time before 1970', '1958-03-29T00:00:00Z', Date.UTC(1958, 2, 29)],
  ])('takes %s as its timestamp', (_, timestamp, expected) => {
    expect(accepted({ ...valid, timestamp }).timestamp).toBe(expected);
  });

  test.each([
    ['epoch seconds', 1_700_000_000, /epoch seconds/],
    ['a fraction of a millisecond', 1_700_000_000_000.5, /whole epoch milliseconds/],
    ['a time without a zone', '2026-11-22T13:00:00', /zone/],
    ['a date alone', '2026-11-22', /zone/],
    ['a month that does not exist', '2026-13-22T13:00:00Z', /ISO 8601/],
    ['the year 275760', 8.64e15, /years/],
    ['nothing', undefined, /./],
    ['a boolean', true, /./],
  ])('refuses %s as its timestamp, naming the field', (_, timestamp, message) => {
    expect(rejected({ ...valid, timestamp })).toMatchObject({
      reason: 'invalid-field',
      field: 'timestamp',
      index: 7,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['text as a value', { m: '1' }, 'metrics.m'],
    ['a boolean as a value', { m: true }, 'metrics.m'],
    ['a list as a value', { m: [1] }, 'metrics.m'],
    ['NaN as a value', { m: Number.NaN }, 'metrics.m'],
    ['infinity as a value', { m: Number.POSITIVE_INFINITY }, 'metrics.m'],
    ['no metrics', {}, 'metrics'],
    ['only metrics that were not measured', { m: null }, 'metrics'],
    ['metrics that are a list', [1], 'metrics'],
    [
      'too many metrics',
      Object.fromEntries(Array.from({ length: LIMITS.pointMetricsMax + 1 }, (_, i) => [`m${i}`, i])),
      'metrics',
    ],
  ])('refuses %s', (_, metrics, field) => {
    expect(rejected({ ...valid, metrics })).toMatchObject({ reason: 'invalid-field', field });
  });

  test.each([
    ['empty', ''],
    ['blank', ' '],
    ['with a line break', 'a\nb'],
    ['with NUL', 'a\u0000b'],
    ['with half a surrogate pair', 'a\ud800'],
    ['too long', 'x'.repeat(LIMITS.nameCharsMax + 1)],
    ['not text', 5],
  ])('refuses a source name that is %s', (_, source) => {
    expect(rejected({ ...valid, source })).toMatchObject({ reason: 'invalid-field', field: 'source' });
  });

  test.each(['pump 17', 'Ünïcode-泵', 'a/b:c{d}', '🌊', '__proto__', 'constructor'])('may be called %s', (name) => {
    const point = accepted({
      source: name,
      timestamp: valid.timestamp,
      metrics: JSON.parse(`{${JSON.stringify(name)}: 4}`),
    });
    expect(point.source).toBe(name);
    expect(Object.entries(point.metrics)).toEqual([[name, 4]]);
  });

  test('leaves out a metric that was not measured', () => {
    expect({ ...accepted({ ...valid, metrics: { a: 1, b: null } }).metrics }).toEqual({ a: 1 });
  });

  test('ignores fields it does not know', () => {
    expect(accepted({ ...valid, color: 'red' })).not.toHaveProperty('color');
  });

  test('never throws, whatever the value', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => void toDataPoint(value, 0)),
    );
  });

  test('a rejection never repeats long input', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 300 }), (secret) => {
        expect(rejected({ ...valid, timestamp: secret }).message).not.toContain(secret);
      }),
    );
  });
});
