import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MEASURED } from '../shared/costs/measured';
import { PRODUCT_METRICS } from './product-metrics';

const page = readFileSync(path.join(__dirname, '../docs/operations.md'), 'utf8');
const FUNCTIONS = Object.keys(PRODUCT_METRICS);
/** Channels have one row. */
const rowOf = (name: string) => (name.startsWith('notify-') ? 'notify-slack, -email, -webhook' : name);

test.each(FUNCTIONS)('the page names the metrics of %s, all of them and no other', (name) => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${rowOf(name)} | \``))!;
  const named = [...row.matchAll(/`(\w+)`/g)].map(([, metric]) => metric!);
  expect(named.sort()).toEqual(PRODUCT_METRICS[name]);
});

test('what the tables of faults call a metric is one', () => {
  const known = new Set([...Object.values(PRODUCT_METRICS).flat(), 'problems']);
  const faults = page.slice(0, page.indexOf('## When the cache'));
  const looks = faults.split('\n').flatMap((line) => (/^\| [^-]/.test(line) ? [line.split('|')[2]!] : []));
  const unknown = looks.flatMap((text) =>
    [...text.replace(/(log|reason|rows say|kind|with) `[^`]*`/g, '').matchAll(/`([a-z]\w*)`/g)]
      .map(([, word]) => word!)
      .filter((word) => !known.has(word)),
  );
  expect(looks.length).toBeGreaterThan(20);
  expect(unknown).toEqual([]);
});

test('costs count about as many metrics as there are', () => {
  const { value } = MEASURED.metricsPublished;
  const own = Object.values(PRODUCT_METRICS).flat().length;
  // And of each function `problems`, and of the api one for each kind of request.
  const all = own + FUNCTIONS.length + 10;
  expect(Math.abs(value / all - 1)).toBeLessThan(0.1);
});
