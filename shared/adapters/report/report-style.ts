import { INK } from '../chart/page';
import { MODEL_INK } from './curve-svg';

/** Charts are drawn in inks for paper; by night these stand for others. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ink:${INK.text};--soft:#595959;--faint:#e3e3e3;--paper:#fff;--good:#00734f;--bad:#b34a00;
--champion:${MODEL_INK.champion};--challenger:${MODEL_INK.challenger}}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--soft:#a8a8a8;--faint:#3a3a3a;--paper:#16181a;--good:#35c293;--bad:#ff9a52;
--champion:#56b4e9;--challenger:#ff8c42}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:72em;margin:2em auto;padding:0 1.2em}
h1{font-size:1.5em;margin:0}h2{font-size:1.1em;margin:2em 0 .5em}
header{border-left:6px solid;padding:.3em 1em}header.good{border-color:var(--good)}header.bad{border-color:var(--bad)}
header ul{margin:.4em 0;padding-left:1.1em}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}section{overflow-x:auto}
th,td{padding:.2em .7em;border-bottom:1px solid var(--faint);text-align:right;white-space:nowrap}
th:first-child{text-align:left;font-weight:normal;white-space:normal;overflow-wrap:anywhere}thead th{color:var(--soft);font-weight:normal}
.facts td{text-align:left;white-space:normal;overflow-wrap:anywhere}
.range,.note{color:var(--soft)}.range{font-size:.9em;text-align:left}.note{max-width:60em}
.champion{color:var(--champion)}.challenger{color:var(--challenger)}
.bar{width:9em;padding-left:0}.bar span{display:block;height:.7em;background:currentColor}
.charts{display:flex;flex-wrap:wrap;gap:1em}figure{margin:0}figcaption{font-size:.95em}
svg [fill="${INK.text}"]{fill:var(--ink)}svg [stroke="${INK.scores}"]{stroke:var(--soft)}svg [stroke="${INK.faint}"]{stroke:var(--faint)}
svg [stroke="${MODEL_INK.champion}"]{stroke:var(--champion)}svg [fill="${MODEL_INK.champion}"]{fill:var(--champion)}
svg [stroke="${MODEL_INK.challenger}"]{stroke:var(--challenger)}svg [fill="${MODEL_INK.challenger}"]{fill:var(--challenger)}
`;
