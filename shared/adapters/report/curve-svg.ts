import { init } from 'echarts';
import type { Curve } from '../../training/evaluation-report';
import { forPaper } from '../chart/for-paper';
import { INK } from '../chart/page';

/** Colours that colour-blind eyes can tell apart; the challenger's line is drawn thicker, so that grey tells them too. */
export const MODEL_INK = { champion: INK.series, challenger: INK.anomaly } as const;

export interface CurveChart {
  /** None other on the page has it. */
  readonly name: string;
  readonly x: string;
  readonly y: string;
  readonly champion: Curve;
  readonly challenger: Curve;
  /** Where the models are at the threshold that is set. */
  readonly at?: { readonly champion: Curve[number]; readonly challenger: Curve[number] };
  /** Where the x axis ends; absent: at 1. */
  readonly xMax?: number;
  /** A model that knows nothing. */
  readonly chance?: Curve;
}

const SIZE = { width: 340, height: 290 } as const;

/** Two models' curves of one kind. The same input always gives the same text. */
export function curveSvg(chart: CurveChart): string {
  const drawn = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const { champion, challenger, at, chance = [], xMax = 1 } = chart;
  drawn.setOption({
    animation: false,
    textStyle: { fontFamily: 'sans-serif' },
    grid: { left: 52, right: 16, top: 12, bottom: 44 },
    xAxis: axis(chart.x, xMax, 28),
    yAxis: axis(chart.y, 1, 34),
    series: [
      line(chance, INK.scores, 1, [4, 4]),
      line(champion, MODEL_INK.champion, 1.5),
      line(challenger, MODEL_INK.challenger, 2.5),
      ...(at === undefined ? [] : [mark(at.champion, MODEL_INK.champion), mark(at.challenger, MODEL_INK.challenger)]),
    ],
  });
  const svg = drawn.renderToSVGString();
  drawn.dispose();
  return forPaper(svg, chart.name);
}

function axis(name: string, max: number, nameGap: number): object {
  return {
    type: 'value',
    name,
    nameGap,
    nameLocation: 'middle',
    min: 0,
    max,
    nameTextStyle: { color: INK.text, fontSize: 12 },
    axisLabel: { color: INK.text, fontSize: 11, showMaxLabel: max === 1 },
    axisLine: { show: true, lineStyle: { color: INK.scores } },
    splitLine: { lineStyle: { color: INK.faint } },
  };
}

function line(data: Curve, color: string, width: number, type: 'solid' | number[] = 'solid'): object {
  return { type: 'line', data, showSymbol: false, clip: true, lineStyle: { color, width, type }, itemStyle: { color } };
}

function mark(at: Curve[number], color: string): object {
  return { type: 'scatter', data: [at], symbol: 'diamond', symbolSize: 12, itemStyle: { color }, z: 4 };
}
