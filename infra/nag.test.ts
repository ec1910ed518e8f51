import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ACCEPTED_FINDINGS, type AcceptedFinding, ON_ANY_RESOURCE } from './accepted-findings';
import { statementsOf } from './testing/statements';
import { ENVIRONMENTS, synthesized, withManagedMlflow, withTimestream } from './testing/synthesized';

// What a row may have and none of ours has is looked at as well.
const rows = [ENVIRONMENTS, ['dev', 'prod'].map(withManagedMlflow), [withTimestream('dev')]];
const stages = rows.flatMap((some) => synthesized(some).stages);
const findings = stages.flatMap((stage) =>
  [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap((pack) =>
    pack
      .validateScope(stage)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath = '' }) => ({ rule: ruleName, where: constructPath })),
      ),
  ),
);
const accepts = ({ rule, where }: AcceptedFinding, found: { readonly rule: string; readonly where: string }) =>
  rule.test(found.rule) && where.test(found.where);

test('all that the rule packs find has a written reason', () => {
  const unexplained = findings.filter((found) => !ACCEPTED_FINDINGS.some((accepted) => accepts(accepted, found)));
  expect(unexplained.map(({ rule, where }) => `${rule} ${where}`)).toEqual([]);
});

test('no reason stands for nothing', () => {
  const idle = ACCEPTED_FINDINGS.filter((accepted) => !findings.some((found) => accepts(accepted, found)));
  expect(idle.map(({ reason }) => reason)).toEqual([]);
});

describe('what a role may do on any resource', () => {
  const allowed = statementsOf(stages)
    .filter(({ resources }) => resources.includes('*'))
    .flatMap(({ where, actions }) => actions.map((action) => ({ where, action })));
  const reasons = ACCEPTED_FINDINGS.filter(({ rule }) => rule.source === ON_ANY_RESOURCE.source).flatMap(
    ({ where, actions = [], reason }) => actions.map((action) => ({ where, action, reason })),
  );
  const isFor = (one: (typeof reasons)[number], { where, action }: (typeof allowed)[number]) =>
    one.action === action && one.where.test(where);

  test('has a written reason, each action of it', () => {
    expect(allowed.length).toBeGreaterThan(100);
    expect(allowed.filter((one) => !reasons.some((reason) => isFor(reason, one)))).toEqual([]);
  });

  test('is all that reasons are written for', () => {
    expect(reasons.filter((reason) => !allowed.some((one) => isFor(reason, one)))).toEqual([]);
  });

  test('is found by the rule packs as well, so that no policy is overlooked here', () => {
    const found = findings.filter(({ rule }) => ON_ANY_RESOURCE.test(rule)).map(({ where }) => where);
    expect([...new Set(allowed.map(({ where }) => where))].sort()).toEqual([...new Set(found)].sort());
  });
});
