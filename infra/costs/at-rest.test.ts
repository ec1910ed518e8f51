import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { costsOf, totalOf } from '../../shared/costs/costs';
import { MEASURED } from '../../shared/costs/measured';
import { PRICES, priceOf } from '../../shared/costs/prices';
import { ENVIRONMENTS, synthesized, withManagedMlflow } from '../testing/synthesized';
import { costAtRest } from './at-rest';

const deployed = ENVIRONMENTS.filter(({ name }) => name !== 'emulator');
const { stacks } = synthesized(deployed);

/** The table of docs/deploy.md, as its numbers come out of the templates. */
function table(): string {
  const columns = deployed.map(({ name }) => name);
  const cost = (environment: string, id: string) =>
    costAtRest(
      stacks.find(({ environment: { name }, stack }) => name === environment && stack.node.id === id)!.template
        .Resources,
    );
  const dollars = (amount: number) => (amount === 0 ? '–' : amount.toFixed(2));
  const rows = ['stateful', 'stateless'].flatMap((id) => {
    const costs = columns.map((name) => cost(name, id));
    const parts = [...new Set(costs.flatMap((one) => [...one.keys()]))].filter((part) =>
      costs.some((one) => (one.get(part) ?? 0) > 0),
    );
    return parts.map((part) => [id, part, ...costs.map((one) => dollars(one.get(part) ?? 0))]);
  });
  const totals = columns.map((name) =>
    ['stateful', 'stateless'].flatMap((id) => [...cost(name, id).values()]).reduce((sum, one) => sum + one, 0),
  );
  const lines = [
    ['stack', 'part', ...columns],
    ['---', '---', ...columns.map(() => '---:')],
    ...rows,
    ['', '**in all**', ...totals.map(dollars)],
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** `UPDATE_DOCS=1 npx jest infra/costs` writes the table anew. */
test('the documentation says what each stack costs when nothing happens', () => {
  const file = path.join(__dirname, '..', '..', 'docs', 'deploy.md');
  const page = readFileSync(file, 'utf8');
  const meant = page.replace(/(<!-- costs at rest -->\n\n)[\s\S]*?(\n\n<!-- end -->)/, `$1${table()}$2`);
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, meant);
  expect(meant).toContain('| **in all** |');
  expect(readFileSync(file, 'utf8')).toBe(meant);
});

test('the documentation says what an MLflow of SageMaker costs, which no row of ours has', () => {
  const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'deploy.md'), 'utf8');
  const resources = synthesized([withManagedMlflow('dev')]).stacks.map(({ template }) => template.Resources);
  const month = resources.reduce((sum, one) => sum + (costAtRest(one).get('registry (SageMaker MLflow)') ?? 0), 0);
  const hour = priceOf(PRICES.mlflowHour, 'Small').toFixed(2);
  expect(page).toMatch(new RegExp(`costs ${hour}\\s+dollars an hour, \\*\\*${month.toFixed(0)} a month`));
  expect(page).toContain(`adds ${month.toFixed(0)} dollars`);
});

test('an instance without a price is named, rather than free', () => {
  const Properties = { ProductionVariants: [{ InstanceType: 'ml.odd', InitialInstanceCount: 1 }] };
  expect(() => costAtRest({ Model: { Type: 'AWS::SageMaker::EndpointConfig', Properties } })).toThrow(
    /no price for ml\.odd/,
  );
});

/** Too little to matter, and nothing divided by it. */
const HARDLY_ANYTHING = { sources: 1, metrics: 1, intervalMs: 3_600_000, pointsPerRecord: 1, alarmsPerWeek: 0.001 };
/** Charged although nothing comes, and not for a resource of a template: polls of queues, metrics, runs of schedules. */
const BY_USE = /SNS|CloudWatch|Lambda/;

test.each([
  ...deployed.map((row) => [row.name, row] as const),
  ['dev with an MLflow', withManagedMlflow('dev')] as const,
])('the command tells of %s with hardly a point what its templates come to', (_, row) => {
  const parts = synthesized([row]).stacks.map(({ template }) => template.Resources);
  const atRest = parts.map(costAtRest).flatMap((costs) => [...costs]);
  const ofParts = (kept: (part: string) => boolean) =>
    atRest.reduce((sum, [part, dollars]) => sum + (kept(part) ? dollars : 0), 0);
  const told = costsOf(row, HARDLY_ANYTHING).filter(({ service }) => !BY_USE.test(service));
  const templates = ofParts((part) => part !== 'alarms' && part !== 'dashboard');
  expect(Math.abs(totalOf(told) - templates)).toBeLessThan(0.01 * templates);
  const alarms = ofParts((part) => part === 'alarms') / PRICES.alarmMonth;
  expect(Math.abs(alarms / MEASURED.alarms.value - 1)).toBeLessThan(0.15);
});
