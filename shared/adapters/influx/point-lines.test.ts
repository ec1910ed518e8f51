import { type PointRow, SAMPLE_POINT_ROW } from '../../domain/rows';
import { POINT_FIELDS, pointLine, pointRow } from './point-lines';

const TIME = '2026-11-22T13:00:00Z';

describe('the line of a point', () => {
  it('holds what people ask by where it is true, and everything else in few fields', () => {
    const origin =
      '[\\"arn:aws:kinesis:eu-central-1:123456789012:stream/points\\",\\"shardId-000000000000\\",\\"49590338271490256608559692538361571095921575989136588898\\",0,0,1,1,\\"built-in-1\\"]';
    const fields = `value=71.2,anomaly_score=0.12,alarm_score=0,expected=71,lower=68.9,upper=73.5,flags=56i,origin="${origin}"`;
    expect(pointLine(SAMPLE_POINT_ROW)).toBe(
      `points,source=pump-17,metric=temperature ${fields} ${SAMPLE_POINT_ROW.timestamp}000000`,
    );
    const loud = pointLine({ ...SAMPLE_POINT_ROW, isAnomaly: true, degraded: true, features: [1, 0.5] });
    expect(loud).toContain(',upper=73.5,is_anomaly=true,degraded=true,flags=888i,features="[1,0.5]",origin="[');
  });

  it.each<[string, Partial<PointRow>]>([
    ['a young one', { learning: true, expected: undefined, lower: undefined, upper: undefined }],
    ['a loud one', { isAnomaly: true, warming: true }],
    ['a degraded one', { degraded: true, features: [0, 12.5], bar: { threshold: 0.5, hurdle: 0.25 } }],
    ['a late one', { late: true, revision: 3, index: 12 }],
    ['one of odd names', { stream: 'a"\\', shard: '"]', versions: { model: '\\"7"', settings: 2, schema: 3 } }],
    ['the next one of the same stream', { sequence: '49590338271490256608559692538361571095921575989136588899' }],
  ])('gives the row back: %s', (_, some) => {
    const row = withoutAbsent({ ...SAMPLE_POINT_ROW, ...some });
    expect(pointRow(row.source, row.metric, columnsOf(pointLine(row)))).toEqual(row);
  });

  it('does not show what a line that was replaced said, though the server keeps its fields', () => {
    const before = pointLine({
      ...SAMPLE_POINT_ROW,
      ...{ isAnomaly: true, degraded: true, features: [1], bar: { threshold: 0.5, hurdle: 0 } },
    });
    const { expected: _e, ...row } = SAMPLE_POINT_ROW;
    const [, ...left] = columnsOf(before);
    const merged = columnsOf(pointLine(row)).map((value, i) => (i === 0 ? value : (value ?? left[i - 1])));
    expect(pointRow(row.source, row.metric, merged)).toEqual(row);
  });

  it('is read as it was written before the model stood in the origin', () => {
    const origin = ['points', 'shardId-000000000000', '17', 0, 0, 4, 1];
    const columns = (isAnomaly: boolean, degraded: boolean) => [
      TIME,
      71.2,
      0.9,
      0.8,
      71,
      null,
      null,
      isAnomaly,
      degraded,
      1 | 8,
      null,
      null,
      'mlflow:7',
      JSON.stringify(origin),
    ];
    const { lower: _l, upper: _u, ...sample } = SAMPLE_POINT_ROW;
    for (const said of [true, false]) {
      expect(pointRow('pump-17', 'temperature', columns(said, !said))).toEqual({
        ...sample,
        ...{ anomalyScore: 0.9, alarmScore: 0.8, late: true, isAnomaly: said, degraded: !said },
        ...{ stream: 'points', sequence: '17', versions: { model: 'mlflow:7', settings: 4, schema: 1 } },
      });
    }
  });
});

function withoutAbsent(row: Partial<PointRow>): PointRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as PointRow;
}

/** What the server answers of a line: its time, then each field of a point or null. */
function columnsOf(line: string): unknown[] {
  const fields = new Map<string, unknown>();
  for (const [, name, value] of line.matchAll(/[ ,]([a-z_]+)=("(?:[^"\\]|\\.)*"|[^, ]+)/g)) {
    if (value!.startsWith('"')) fields.set(name!, value!.slice(1, -1).replace(/\\(["\\])/g, '$1'));
    else fields.set(name!, value === 'true' ? true : Number.parseFloat(value!));
  }
  return [TIME, ...POINT_FIELDS.map((name) => fields.get(name) ?? null)];
}
