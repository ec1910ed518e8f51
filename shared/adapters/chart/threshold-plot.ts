import { init } from 'echarts';
import { forPaper } from './for-paper';
import { cut, INK, PAGE } from './page';

/** Alarms of a group of sources, by threshold. */
export interface ThresholdCurve {
  readonly name: string;
  /** A series and week, by rising threshold. */
  readonly points: readonly { readonly threshold: number; readonly alarms: number; readonly suspects: number }[];
  /** In force; and proposed, if another one is. */
  readonly inForce: readonly number[];
  readonly proposed?: number | undefined;
}

const LINES = ['all alarms', 'not called real'] as const;
const PANEL = { height: 220, title: 34, below: 62, top: 20 } as const;

/**
 * A page with a panel for each group: alarms a series and week against the threshold, with those that nobody called real below,
 * and marks where the threshold is and where it is proposed to be. The same input always gives the same text.
 */
export function thresholdPlotSvg(curves: readonly ThresholdCurve[]): string {
  const height = PANEL.top + curves.length * (PANEL.title + PANEL.height + PANEL.below);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: PAGE.width, height });
  const tops = curves.map((_, i) => PANEL.top + i * (PANEL.title + PANEL.height + PANEL.below));
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'sans-serif' },
    legend: { data: [...LINES], right: PAGE.right, top: 4, icon: 'rect', textStyle: { color: INK.text, fontSize: 11 } },
    title: curves.map(({ name }, i) => ({
      ...{ text: cut(name, 120), left: PAGE.left - 5, top: tops[i]!, padding: [4, 5] },
      textStyle: { fontSize: 13, color: INK.text },
    })),
    grid: tops.map((top) => ({ left: PAGE.left, right: PAGE.right, top: top + PANEL.title, height: PANEL.height })),
    xAxis: curves.map((_, gridIndex) =>
      axis(gridIndex, 'threshold', { nameLocation: 'middle', nameGap: 28, min: 0.3, max: 0.95 }),
    ),
    yAxis: curves.map((_, gridIndex) =>
      axis(gridIndex, 'alarms a series and week', { nameLocation: 'middle', nameGap: 44 }),
    ),
    series: curves.flatMap(panelSeries),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${forPaper(svg, 'plot')}\n`;
}

function axis(gridIndex: number, name: string, more: object): object {
  return {
    ...{ type: 'value', gridIndex, name, nameTextStyle: { color: INK.text, fontSize: 11 } },
    axisLabel: { color: INK.text, fontSize: 11 },
    splitLine: { lineStyle: { color: INK.faint } },
    ...more,
  };
}

function panelSeries({ points, inForce, proposed }: ThresholdCurve, index: number): object[] {
  const marks = [
    ...inForce.map((threshold) => mark(threshold, `now ${figure(threshold)}`, 'solid', INK.scores)),
    ...(proposed === undefined ? [] : [mark(proposed, `proposed ${figure(proposed)}`, 'dashed', INK.anomaly)]),
  ];
  const line = (name: string, color: string, value: (point: ThresholdCurve['points'][number]) => number) => ({
    ...{ type: 'line', name, xAxisIndex: index, yAxisIndex: index, showSymbol: false },
    lineStyle: { color, width: 1.6 },
    itemStyle: { color },
    data: points.map((point) => [point.threshold, value(point)]),
  });
  return [
    { ...line(LINES[0], INK.series, ({ alarms }) => alarms), markLine: { symbol: 'none', data: marks } },
    {
      ...line(LINES[1], INK.anomaly, ({ suspects }) => suspects),
      areaStyle: { color: INK.anomaly, opacity: 0.12 },
    },
  ];
}

function mark(threshold: number, text: string, type: 'solid' | 'dashed', color: string): object {
  return {
    xAxis: threshold,
    lineStyle: { color, type, width: 1.4 },
    label: { show: true, formatter: text, color, fontSize: 11, position: type === 'solid' ? 'end' : 'insideEndTop' },
  };
}

function figure(threshold: number): string {
  return threshold.toFixed(2);
}
