import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ACCEPTED_FINDINGS, type AcceptedFinding } from './accepted-findings';
import { ENVIRONMENTS, synthesized, withManagedMlflow } from './testing/synthesized';

// What a row may have and none of ours has is looked at as well.
const stages = [ENVIRONMENTS, ['dev', 'prod'].map(withManagedMlflow)].flatMap((rows) => synthesized(rows).stages);
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
