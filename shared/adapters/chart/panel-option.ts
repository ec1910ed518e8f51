import { cut, INK, PAGE, type PanelFrame } from './page';
import { alarmMarks, anomalyMarks, bandPolygons, scoreLine, valueLine, valueRange } from './panel-data';

/** The parts of a chart's option that draw one panel. */
export interface PanelOption {
  readonly title: object[];
  readonly grid: object[];
  readonly xAxis: object[];
  readonly yAxis: object[];
  readonly series: object[];
}

/** @param index of the panel; each takes two grids and two pairs of axes, used or not, so that numbers stay simple */
export function panelOption(frame: PanelFrame, index: number, threshold: number | undefined): PanelOption {
  const values = 2 * index;
  const scores = values + 1;
  const valuesTop = frame.top + PAGE.title;
  const scoresTop = valuesTop + (frame.valuesHeight > 0 ? frame.valuesHeight + PAGE.gap : 0);
  const { buckets } = frame.series;
  const time = { min: buckets[0]!.from, max: buckets.at(-1)!.to };
  const range = valueRange(buckets);
  return {
    title: [
      {
        text: cut(frame.name, 120),
        left: PAGE.left - 5,
        top: frame.top,
        padding: [4, 5],
        textStyle: { fontSize: 13, color: INK.text },
      },
    ],
    grid: [grid(valuesTop, frame.valuesHeight), grid(scoresTop, PAGE.scores)],
    xAxis: [timeAxis(values, time, false), timeAxis(scores, time, true)],
    yAxis: [valueAxis(values, range, frame.valuesHeight > 0), scoreAxis(scores)],
    series: [...(frame.valuesHeight > 0 ? valueSeries(frame, values) : []), ...scoreSeries(frame, scores, threshold)],
  };
}

function grid(top: number, height: number): object {
  return { left: PAGE.left, right: PAGE.right, top, height };
}

function timeAxis(gridIndex: number, time: { min: number; max: number }, labelled: boolean): object {
  return {
    type: 'time',
    gridIndex,
    ...time,
    axisLine: { show: labelled, onZero: false, lineStyle: { color: INK.scores } },
    axisTick: { show: labelled },
    axisLabel: { show: labelled, color: INK.text, fontSize: 11, hideOverlap: true },
    splitLine: { show: true, lineStyle: { color: INK.faint, opacity: 0.6 } },
  };
}

function valueAxis(gridIndex: number, range: { min: number; max: number }, shown: boolean): object {
  return {
    type: 'value',
    gridIndex,
    show: shown,
    ...range,
    splitNumber: 4,
    // The ends of the range are odd numbers; only round ones are written.
    axisLabel: { color: INK.text, fontSize: 11, showMinLabel: false, showMaxLabel: false },
    splitLine: { lineStyle: { color: INK.faint } },
  };
}

function scoreAxis(gridIndex: number): object {
  return {
    type: 'value',
    gridIndex,
    min: 0,
    max: 1,
    interval: 0.5,
    axisLabel: { color: INK.text, fontSize: 11 },
    splitLine: { lineStyle: { color: INK.faint } },
  };
}

function valueSeries({ series: { buckets } }: PanelFrame, at: number): object[] {
  const axes = { xAxisIndex: at, yAxisIndex: at, silent: true, clip: true };
  const bands = bandPolygons(buckets);
  return [
    {
      ...axes,
      type: 'custom',
      // One item a stretch of band: its outline is drawn as it is, clipped to the panel.
      data: bands.map((_, index) => [index]),
      renderItem: (params: { dataIndex: number; coordSys: object }, api: { coord(point: number[]): number[] }) => ({
        type: 'polygon',
        shape: { points: bands[params.dataIndex]!.map((point) => api.coord([...point])) },
        style: { fill: INK.band, opacity: 0.35 },
      }),
      z: 1,
    },
    {
      ...axes,
      type: 'line',
      data: valueLine(buckets),
      showSymbol: false,
      lineStyle: { color: INK.series, width: 1 },
      z: 2,
    },
    {
      ...axes,
      type: 'scatter',
      data: anomalyMarks(buckets),
      symbol: 'circle',
      symbolSize: 10,
      itemStyle: { color: 'transparent', borderColor: INK.anomaly, borderWidth: 2 },
      label: {
        show: true,
        position: 'top',
        color: INK.anomaly,
        fontSize: 11,
        // Legible on top of the line.
        textBorderColor: '#ffffff',
        textBorderWidth: 3,
        formatter: '{@[2]}',
      },
      clip: false,
      z: 3,
    },
  ];
}

function scoreSeries({ series: { buckets } }: PanelFrame, at: number, threshold: number | undefined): object[] {
  const axes = { xAxisIndex: at, yAxisIndex: at, silent: true };
  return [
    {
      ...axes,
      type: 'line',
      data: scoreLine(buckets),
      showSymbol: false,
      lineStyle: { color: INK.scores, width: 1 },
      areaStyle: { color: INK.scores, opacity: 0.15 },
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        lineStyle: { color: INK.anomaly, type: [4, 3], width: 1 },
        data: threshold === undefined ? [] : [{ yAxis: threshold }],
      },
    },
    {
      ...axes,
      type: 'scatter',
      data: alarmMarks(buckets),
      symbol: 'circle',
      symbolSize: 6,
      itemStyle: { color: INK.anomaly },
      clip: false,
      z: 3,
    },
  ];
}
