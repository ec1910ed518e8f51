import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { synthesized } from './testing/synthesized';

const { stages } = synthesized();

/** Findings are acknowledged where they arise, each with its reason. */
test.each([new AwsSolutionsChecks(), new ServerlessChecks()].map((pack) => [pack.readPackName, pack] as const))(
  'nothing is found by the rules of %s',
  (_, pack) => {
    const findings = stages.flatMap((stage) =>
      pack
        .validateScope(stage)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath, resourceLogicalId }) => `${ruleName} ${constructPath ?? resourceLogicalId}`),
        ),
    );
    expect(findings.sort()).toEqual([]);
  },
);
