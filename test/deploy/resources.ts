import {
  type CloudFormationClient,
  paginateListStackResources,
  paginateListStacks,
} from '@aws-sdk/client-cloudformation';

export interface Resource {
  readonly stack: string;
  readonly type: string;
  readonly logicalId: string;
  readonly physicalId: string;
}

/** Names of stacks begin with it: the Stage's. */
const STAGE = 'tidewatch-emulator-';

/** Stacks of the stage that are there, whatever their state; those deployed last come first. */
export async function stacks(client: CloudFormationClient): Promise<{ name: string; status: string }[]> {
  const found: { name: string; status: string; created: number }[] = [];
  for await (const { StackSummaries = [] } of paginateListStacks({ client }, {}))
    for (const { StackName = '', StackStatus = '', CreationTime } of StackSummaries)
      if (StackName.startsWith(STAGE) && StackStatus !== 'DELETE_COMPLETE')
        found.push({ name: StackName, status: StackStatus, created: CreationTime?.getTime() ?? 0 });
  return found.sort((a, b) => b.created - a.created);
}

/** Everything that the stage's stacks consist of. */
export async function deployedResources(client: CloudFormationClient): Promise<Resource[]> {
  const resources: Resource[] = [];
  for (const { name: stack } of await stacks(client))
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: stack }))
      for (const { ResourceType = '', LogicalResourceId = '', PhysicalResourceId = '' } of StackResourceSummaries)
        resources.push({ stack, type: ResourceType, logicalId: LogicalResourceId, physicalId: PhysicalResourceId });
  return resources;
}

/** Its name or ARN, as the type's physical id is; there must be exactly one whose logical id fits. */
export function physicalId(resources: readonly Resource[], type: string, logicalId: RegExp): string {
  const fitting = resources.filter((resource) => resource.type === type && logicalId.test(resource.logicalId));
  if (fitting.length === 1) return fitting[0]!.physicalId;
  const there = resources.filter((resource) => resource.type === type).map((resource) => resource.logicalId);
  throw new Error(`${fitting.length} of ${type} fit ${logicalId}; there are: ${there.join(', ')}`);
}
