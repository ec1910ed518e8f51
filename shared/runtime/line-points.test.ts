import { LIMITS } from '../domain/limits';
import { decodeLines } from './line-points';

const ARRIVAL = 1_763_816_400_500;
const only = (text: string, arrival?: number) => {
  const { points, rejections } = decodeLines(text, arrival);
  expect(points.length + rejections.length).toBe(1);
  return points[0]?.point ?? rejections[0]!;
};
const names = (line: string) => {
  const { points } = decodeLines(line, ARRIVAL);
  const { source, metrics, tags } = points[0]!.point;
  return { source, metrics: Object.keys(metrics), tags: { ...tags } };
};

test.each<[name: string, line: string, expected: object]>([
  [
    'with a tag "source", the other tags only describe',
    'pump,source=pump-17,host=gw-1,site=berlin temperature=1,vibration=2',
    { source: 'pump-17', metrics: ['pump.temperature', 'pump.vibration'], tags: { host: 'gw-1', site: 'berlin' } },
  ],
  [
    'with a tag "host" alone, the other tags tell metrics apart',
    'cpu,host=server-1,dc=fra,cpu=cpu0 usage_idle=1',
    { source: 'server-1', metrics: ['cpu.usage_idle[cpu=cpu0,dc=fra]'], tags: { cpu: 'cpu0', dc: 'fra' } },
  ],
  [
    'with neither, the measurement is the source',
    'weather,station=north temperature=1',
    { source: 'weather', metrics: ['temperature[station=north]'], tags: { station: 'north' } },
  ],
  [
    'without tags, names stay short',
    'weather temperature=1',
    { source: 'weather', metrics: ['temperature'], tags: {} },
  ],
  ['with host alone', 'mem,host=a used=1', { source: 'a', metrics: ['mem.used'], tags: {} }],
  [
    'names that objects have by nature are names',
    'm,source=a,constructor=b __proto__=1',
    { source: 'a', metrics: ['m.__proto__'], tags: { constructor: 'b' } },
  ],
])('%s', (_, line, expected) => {
  expect(names(line)).toEqual(expected);
});

test('the order of tags does not make another series', () => {
  expect(names('cpu,host=a,b=1,c=2 f=1').metrics).toEqual(names('cpu,c=2,b=1,host=a f=1').metrics);
});

test.each<[name: string, nanoseconds: string, milliseconds: number]>([
  ['are cut to milliseconds', '1763816400123999999', 1_763_816_400_123],
  ['keep milliseconds that a double of nanoseconds would lose', '1763816400123000001', 1_763_816_400_123],
  ['before 1970 are cut toward the past', '-1000000000000000001', -1_000_000_000_001],
  ['before 1970, whole', '-1000000000000000000', -1_000_000_000_000],
])('timestamps %s', (_, nanoseconds, milliseconds) => {
  expect(only(`m f=1 ${nanoseconds}`)).toMatchObject({ timestamp: milliseconds });
});

test.each([
  ['seconds', '1763816400'],
  ['milliseconds', '1763816400123'],
  ['microseconds', '1763816400123456'],
  ['a few nanoseconds', '5'],
])('a timestamp in %s is refused', (_, timestamp) => {
  expect(only(`m f=1 ${timestamp}`, ARRIVAL)).toMatchObject({ reason: 'invalid-field', field: 'timestamp' });
});

test('a line without a timestamp gets the arrival, and is refused where that is not known', () => {
  expect(only('m f=1', ARRIVAL)).toMatchObject({ timestamp: ARRIVAL });
  expect(only('m f=1')).toMatchObject({ reason: 'invalid-field', field: 'timestamp' });
});

test('strings are left out; a line of strings alone is counted', () => {
  const decoded = decodeLines(
    'system,host=a uptime_format="3 days",load1=0.5\nsystem,host=a uptime_format="3 days"',
    ARRIVAL,
  );
  expect(decoded.points.map(({ index, point }) => [index, { ...point.metrics }])).toEqual([
    [0, { 'system.load1': 0.5 }],
  ]);
  expect(decoded).toMatchObject({ rejections: [], unmeasured: 1 });
});

test('every line is judged by itself, under its place among the lines that are not comments', () => {
  const decoded = decodeLines(`# comment\nm f=1\n\nbad\nm s="text"\n${'x'.repeat(300)} f=1\nm f=2`, ARRIVAL);
  expect(decoded.points.map(({ index }) => index)).toEqual([0, 4]);
  expect(decoded.rejections).toMatchObject([
    { index: 1, reason: 'not-line-protocol' },
    { index: 3, reason: 'invalid-field', field: 'source' },
  ]);
});

test('a record holds so many lines and not one more', () => {
  const lines = (count: number) => decodeLines('m f=1\n'.repeat(count), ARRIVAL);
  expect(lines(LIMITS.recordPointsMax).points).toHaveLength(LIMITS.recordPointsMax);
  expect(lines(LIMITS.recordPointsMax + 1)).toMatchObject({ points: [], rejections: [{ reason: 'too-many-points' }] });
});

test('comments alone are an empty record', () => {
  expect(decodeLines('# nothing=1\n')).toMatchObject({ points: [], rejections: [{ reason: 'empty' }] });
});
