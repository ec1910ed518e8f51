import { SAMPLE_NOTIFICATION } from '../../domain/notification';
import { type PointRow, SAMPLE_POINT_ROW } from '../../domain/rows';
import { alertCharts } from './alert-chart';
import { packageAssets } from './package-assets';
import { openRasteriser } from './rasterise';

const ALERT = SAMPLE_NOTIFICATION.alerts[0]!;
const MINUTE = 60_000;
const rasterise = async () => openRasteriser(await packageAssets(require.resolve));

/** A point a minute for so many minutes before the alert, with the anomaly last. */
function store(minutes: number, metrics = ['temperature']) {
  const asked: string[] = [];
  return {
    asked,
    async readPoints({ metric, from = 0, to = 0 }: { metric: string; from?: number; to?: number }) {
      asked.push(metric);
      if (!metrics.includes(metric)) return [];
      const rows: PointRow[] = [];
      for (let back = minutes; back >= 0; back--) {
        const timestamp = ALERT.since - back * MINUTE;
        if (timestamp < from || timestamp >= to) continue;
        const isAnomaly = back === 0;
        const value = isAnomaly ? 96.4 : 71 + Math.sin(back / 9);
        const scores = isAnomaly ? { anomalyScore: 0.71, alarmScore: 0.71, isAnomaly } : {};
        rows.push({ ...SAMPLE_POINT_ROW, ...scores, timestamp, value, lower: 69, upper: 73 });
      }
      return rows;
    },
  };
}

/** Width, height, and the share of pixels that are not white, of which text is the most telling. */
function measure(png: Uint8Array): { width: number; height: number } {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

test('an alert is drawn from stored points, with text, and always as the same picture', async () => {
  const charts = alertCharts({ store: store(90), rasterise });
  const first = await charts.draw(ALERT, 20_000);
  const again = await charts.draw(ALERT, 20_000);
  const { width, height } = measure(first!);
  expect(width).toBe(1_200);
  expect(height).toBeGreaterThan(400);
  expect(Buffer.from(again!).equals(Buffer.from(first!))).toBe(true);
  // Fonts are there: without them the picture is much smaller.
  const bare = await openRasteriser({ wasm: new Uint8Array(), fonts: [] });
  expect(first!.length).toBeGreaterThan(8_000);
  expect(bare('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>').length).toBeLessThan(500);
});

test('it looks further back until it has enough to show', async () => {
  const { asked, ...parts } = store(30);
  await alertCharts({ store: parts, rasterise: async () => () => new Uint8Array() }).draw(ALERT, 20_000);
  expect(asked).toHaveLength(4);
});

test('an alert of several metrics shows those that it is about', async () => {
  const { metric: _, ...whole } = ALERT;
  const contributions = ['flow', 'temperature', 'flow', 'nothing'].map((name) => ({ name, share: 0.3, words: '' }));
  let drawn = '';
  const charts = alertCharts({
    store: store(90, ['flow', 'temperature']),
    rasterise: async () => (svg) => {
      drawn = svg;
      return new Uint8Array(1);
    },
  });
  await charts.draw({ ...whole, kind: 'relation', contributions }, 20_000);
  expect(drawn).toContain('flow');
  expect(drawn).toContain('temperature');
  expect(drawn).not.toContain('nothing');
});

test.each([
  ['nothing is stored', store(0), 20_000],
  ['the store takes too long', { readPoints: () => new Promise<never>(() => undefined) }, 20],
])('there is no chart when %s', async (_, parts, withinMs) => {
  expect(await alertCharts({ store: parts, rasterise }).draw(ALERT, withinMs)).toBeUndefined();
});
