import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GraphicComponent, GridComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { legend, PAGE, pageHeight, panelFrames } from './page';
import { panelOption } from './panel-option';
import type { Drawn } from './source-sketches';

export interface PlotOptions {
  /** alarm_score from which a point is an anomaly. */
  readonly threshold: number;
}

use([
  CustomChart,
  LineChart,
  ScatterChart,
  GraphicComponent,
  GridComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

/**
 * The series as a page: for each one its values over the band of the usual with its anomalies, and below them its scores.
 * The same input always gives the same text. Colours can be told apart by colour-blind eyes and in grey.
 */
export function plotSvg(drawn: Drawn, { threshold }: PlotOptions): string {
  const frames = panelFrames(drawn.series);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: PAGE.width, height: pageHeight(frames) });
  const panels = frames.map((frame, index) => panelOption(frame, index, threshold));
  chart.setOption({
    animation: false,
    useUTC: true,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'sans-serif' },
    title: panels.flatMap(({ title }) => title),
    grid: panels.flatMap(({ grid }) => grid),
    xAxis: panels.flatMap(({ xAxis }) => xAxis),
    yAxis: panels.flatMap(({ yAxis }) => yAxis),
    series: panels.flatMap(({ series }) => series),
    graphic: legend(drawn, threshold),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Names of clip paths count the charts of the process; a page has only one.
  return `${svg.replace(/\bzr\d+-/g, 'plot-')}\n`;
}
