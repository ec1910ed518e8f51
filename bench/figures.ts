// Figures of docs/detection.md, drawn from the engine's own output.
// npm run bench:figures -- DIR [--out docs/figures]; DIR holds nab/, shapes/ and multi/ as the benches take them
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { demoFigure } from './figures/demo-figure';
import { figureSvg } from './figures/figure-svg';
import { multiFigure, nabFigure, shapeFigure, youngFigure } from './figures/labelled-figures';

const THRESHOLD = 0.5;

const folder = process.argv[2];
const at = process.argv.indexOf('--out');
if (folder === undefined) {
  console.error('usage: npm run bench:figures -- DIR [--out DIR]; DIR holds nab/, shapes/ and multi/');
  process.exit(2);
}
const target = at < 0 ? 'docs/figures' : process.argv[at + 1]!;
mkdirSync(target, { recursive: true });
const figures = {
  series: () => nabFigure(path.join(folder, 'nab')),
  'cold-start': () => youngFigure(path.join(folder, 'nab')),
  shape: () => shapeFigure(path.join(folder, 'shapes')),
  relations: () => multiFigure(path.join(folder, 'multi')),
  demo: () => demoFigure(),
};
for (const [name, panels] of Object.entries(figures)) {
  const svg = figureSvg(panels(), THRESHOLD);
  writeFileSync(path.join(target, `${name}.svg`), svg);
  console.log(`${name}.svg ${Math.round(svg.length / 1024)} KB`);
}
