import type { DataPoint } from '../../shared/domain/data-point';
import { readLabelledSeries } from '../labelled-series';
import { loadNab, nabTime } from '../nab-corpus';
import type { LabelledSeries } from '../nab-score';
import type { PartsOut } from '../parts';
import { readLabelledRows } from '../relations/labelled-rows';
import { drawPanels, type Panel, type Span } from './panel';

const ALWAYS: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const MINUTE_MS = 60_000;
const YOUNG_ROWS = 400;
const ECG_ROWS_AROUND = 600;

/** Months of taxi rides: holidays, a marathon and a blizzard, against the rhythm of days and weeks. */
export function nabFigure(folder: string): Panel[] {
  const taxi = seriesOf(folder, 'realKnownCause/nyc_taxi.csv');
  return drawPanels('New York taxi passengers', pointsOf(taxi), [
    { metric: 'value', title: 'passengers in half an hour', shown: ALWAYS, wrong: windowsOf(taxi) },
  ]);
}

/** The first rows of a series of which nothing is known. */
export function youngFigure(folder: string): Panel[] {
  const series = seriesOf(folder, 'realKnownCause/ambient_temperature_system_failure.csv');
  const points = pointsOf(series);
  const shown = { from: points[0]!.timestamp, to: points[YOUNG_ROWS]!.timestamp };
  return drawPanels('First days of a room', points, [
    { metric: 'value', title: 'temperature, hourly', shown, wrong: [] },
  ]);
}

/** Some heartbeats around the first labelled ones of the second half, with and without the shape family. */
export function shapeFigure(folder: string): Panel[] {
  const ecg = readLabelledSeries(folder).find(({ name }) => name === 'MBA_ECG806_data');
  if (ecg?.kind !== 'rows') throw new Error(`${folder} has no MBA_ECG806_data.out`);
  const middle = ecg.labels.indexOf(1, ecg.labels.length / 2);
  const points = ecg.values.slice(0, middle + ECG_ROWS_AROUND).map((value, row) => point(row * MINUTE_MS, value));
  const shown = { from: (middle - ECG_ROWS_AROUND) * MINUTE_MS, to: points.at(-1)!.timestamp };
  const wrong = spansOf(ecg.labels, points).filter(({ to }) => to >= shown.from);
  const panel = (title: string, out: PartsOut) =>
    drawPanels('Electrocardiogram', points, [{ metric: 'value', title, shown, wrong }], out);
  return [...panel('all families', new Set()), ...panel('without the shape family', new Set(['shape'] as const))];
}

/** A pump whose metrics stop going together. */
export function multiFigure(folder: string): Panel[] {
  const run = readLabelledRows(folder).find(({ name }) => name === 'pump_03');
  if (run === undefined) throw new Error(`${folder} has no pump_03.csv`);
  const points = run.rows.map((row, at): DataPoint => {
    const metrics = Object.fromEntries(
      run.metrics.flatMap((name, j) => (Number.isNaN(row[j]!) ? [] : [[name, row[j]!]])),
    );
    return { source: 'pump', timestamp: run.timestamps[at]!, metrics, tags: {} };
  });
  const wrong = spansOf(run.labels, points);
  const shown = ['Current', 'Pressure', 'Volume_Flow_RateRMS'];
  return drawPanels('Water pump', points, [
    ...shown.map((metric) => ({ metric, title: metric, shown: ALWAYS, wrong })),
    { metric: undefined, title: 'all eight metrics together', shown: ALWAYS, wrong },
  ]);
}

function seriesOf(folder: string, name: string): LabelledSeries {
  const series = loadNab(folder).find((one) => one.name === name);
  if (series === undefined) throw new Error(`${folder} has no ${name}`);
  return series;
}

function pointsOf({ timestamps, values }: LabelledSeries): DataPoint[] {
  return timestamps.map((text, row) => point(nabTime(text), values[row]!));
}

function point(timestamp: number, value: number): DataPoint {
  return { source: 'series', timestamp, metrics: { value }, tags: {} };
}

function windowsOf(series: LabelledSeries): Span[] {
  return Array.from({ length: series.windows }, (_, number) => ({
    from: nabTime(series.timestamps[series.window.indexOf(number)]!),
    to: nabTime(series.timestamps[series.window.lastIndexOf(number)]!),
  }));
}

/** Stretches of labelled rows. */
function spansOf(labels: Uint8Array, points: readonly DataPoint[]): Span[] {
  const spans: Span[] = [];
  points.forEach(({ timestamp }, row) => {
    if (!labels[row]) return;
    const last = spans.at(-1);
    if (last !== undefined && labels[row - 1]) spans[spans.length - 1] = { from: last.from, to: timestamp };
    else spans.push({ from: timestamp, to: timestamp });
  });
  return spans;
}
