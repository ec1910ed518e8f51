import { Stack, type Stage } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';

/** What a role of a stage may do. */
export interface RoleStatement {
  /** Path of the construct, as the rule packs tell it. */
  readonly where: string;
  readonly actions: readonly string[];
  /** As texts: what the template only refers to is written `<Ref>`. */
  readonly resources: readonly string[];
}

interface PolicyDocument {
  readonly Statement: readonly { readonly Action: string | string[]; readonly Resource: unknown }[];
}

/** Of all policies of roles. What a key, bucket or topic says about itself is none: `*` is that one there. */
export function statementsOf(stages: readonly Stage[]): RoleStatement[] {
  return stages.flatMap((stage) =>
    stage.node.findAll().flatMap((construct) => {
      const documents =
        construct instanceof CfnPolicy || construct instanceof CfnManagedPolicy
          ? [construct.policyDocument]
          : construct instanceof CfnRole
            ? (Stack.of(construct).resolve(construct.policies) ?? []).map(
                (one: { readonly policyDocument: unknown }) => one.policyDocument,
              )
            : [];
      return documents.flatMap((document: unknown) =>
        (Stack.of(construct).resolve(document) as PolicyDocument).Statement.map(({ Action, Resource }) => ({
          where: construct.node.path,
          actions: [Action].flat(),
          resources: [Resource].flat().map(textOf),
        })),
      );
    }),
  );
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, of] = ['', undefined]] = Object.entries(value as object);
  return name === 'Fn::Join' ? (of as [string, unknown[]])[1].map(textOf).join('') : `<${name}>`;
}
