import { PAGE, panelFrames } from '../../shared/adapters/chart/page';
import { plotSvg } from '../../shared/adapters/chart/plot-svg';
import type { Panel, Span } from './panel';

const WRONG = '#f0e442';

/** Panels below each other as the product plots them; behind each, in yellow, when something is known to be wrong. */
export function figureSvg(panels: readonly Panel[], threshold: number): string {
  const series = panels.map(({ drawn }) => drawn);
  const svg = plotSvg({ series, leftOut: 0 }, { threshold });
  const spans = panelFrames(series).flatMap(({ top, valuesHeight }, at) => {
    const height = (valuesHeight > 0 ? valuesHeight + PAGE.gap : 0) + PAGE.scores;
    return panels[at]!.wrong.map((span) => rectangle(panels[at]!, span, top + PAGE.title, height));
  });
  // In front of the background, behind all else.
  const background = /<rect [^>]*><\/rect>/.exec(svg);
  if (background === null) throw new Error('the plot has no background');
  return lean(svg.replace(background[0], [background[0], ...spans].join('\n')));
}

function rectangle({ drawn: { buckets } }: Panel, { from, to }: Span, top: number, height: number): string {
  const [first, last] = [buckets[0]!.from, buckets.at(-1)!.to];
  const width = PAGE.width - PAGE.left - PAGE.right;
  const place = (time: number) =>
    PAGE.left + (width * (Math.min(Math.max(time, first), last) - first)) / (last - first);
  const wide = Math.max(2, place(to) - place(from)).toFixed(1);
  return `<rect x="${place(from).toFixed(1)}" y="${top}" width="${wide}" height="${height}" fill="${WRONG}" fill-opacity="0.4"></rect>`;
}

/** Of outlines: a tenth of a pixel is as fine as eyes see. */
function lean(svg: string): string {
  return svg.replace(/ (?:d|points|transform)="[^"]*"/g, (outline) => outline.replace(/(\d\.\d)\d+/g, '$1'));
}
