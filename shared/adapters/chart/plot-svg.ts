import { init } from 'echarts';
import type { Drawn } from './drawn';
import { forPaper } from './for-paper';
import { legend, PAGE, pageHeight, panelFrames } from './page';
import { panelOption } from './panel-option';

export interface PlotOptions {
  /** alarm_score from which a point is an anomaly; absent where it differs from point to point. */
  readonly threshold?: number | undefined;
}

/**
 * The series as a page: for each one its values over the band of the usual with its anomalies, and below them its scores.
 * The same input always gives the same text. Colours can be told apart by colour-blind eyes and in grey.
 */
export function plotSvg(drawn: Drawn, { threshold }: PlotOptions): string {
  const frames = panelFrames(drawn.series);
  const height = pageHeight(frames);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: PAGE.width, height });
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
    graphic: legend(drawn, threshold, height),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${forPaper(svg, 'plot')}\n`;
}
