import { DeleteStackCommand, waitUntilStackDeleteComplete } from '@aws-sdk/client-cloudformation';
import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { paginateListStreams } from '@aws-sdk/client-kinesis';
import { paginateListEventSourceMappings, paginateListFunctions } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { paginateListTopics } from '@aws-sdk/client-sns';
import { paginateListQueues } from '@aws-sdk/client-sqs';
import { paginateDescribeParameters } from '@aws-sdk/client-ssm';
import { stacks } from '../resources';
import { LIVE_MODEL } from '../versions';
import type { Step, World } from '../world';

const DELETE_S_MAX = 60;

export const remove: Step = {
  name: 'deleting the stacks leaves nothing behind',
  limitMs: 150_000,
  async run(world) {
    const { cloudFormation: client } = world.emulator;
    // Those deployed last use what those before them made.
    const names = (await stacks(client)).map(({ name }) => name);
    for (const name of names) {
      await client.send(new DeleteStackCommand({ StackName: name }));
      await waitUntilStackDeleteComplete(
        { client, minDelay: 1, maxDelay: 1, maxWaitTime: DELETE_S_MAX },
        { StackName: name },
      );
    }
    const left = await leftBehind(world);
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
    return `${names.join(', ')}; ${world.resources.length} resources`;
  },
};

/** What the account still has of what the stacks made, whoever lists it. */
async function leftBehind({ emulator, resources }: World): Promise<string[]> {
  const there: (string | undefined)[] = (await stacks(emulator.cloudFormation)).map(({ name }) => name);
  for await (const { StreamNames } of paginateListStreams({ client: emulator.kinesis }, {}))
    there.push(...StreamNames!);
  for await (const { Topics } of paginateListTopics({ client: emulator.sns }, {}))
    there.push(...Topics!.map(({ TopicArn }) => TopicArn));
  for await (const { QueueUrls } of paginateListQueues({ client: emulator.sqs }, {})) there.push(...(QueueUrls ?? []));
  for await (const { Functions } of paginateListFunctions({ client: emulator.lambda }, {}))
    there.push(...Functions!.map(({ FunctionName }) => FunctionName));
  for await (const { EventSourceMappings } of paginateListEventSourceMappings({ client: emulator.lambda }, {}))
    there.push(...EventSourceMappings!.map(({ UUID }) => UUID));
  for await (const { logGroups } of paginateDescribeLogGroups({ client: emulator.logs }, {}))
    there.push(...logGroups!.map(({ logGroupName }) => logGroupName));
  for await (const { Parameters } of paginateDescribeParameters({ client: emulator.ssm }, {}))
    there.push(...Parameters!.map(({ Name }) => Name));
  const { Buckets = [] } = await emulator.s3.send(new ListBucketsCommand({}));
  there.push(...Buckets.map(({ Name }) => Name));
  const made = new Set([...resources.flatMap(({ stack, physicalId }) => [stack, physicalId]), LIVE_MODEL]);
  return there.filter((name): name is string => name !== undefined && made.has(name));
}
