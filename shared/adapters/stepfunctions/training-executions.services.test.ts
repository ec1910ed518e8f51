import { randomUUID } from 'node:crypto';
import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { awsClientConfig } from '../aws/aws-client';
import { createTrainingExecutions } from './training-executions';

const region = 'eu-central-1';
const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const client = new SFNClient(awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 60_000, concurrency: 4 }));
afterAll(() => client.destroy());

test('a state machine of the emulator starts a run once, under its name', async () => {
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({
      name: `training-${randomUUID()}`,
      roleArn: 'arn:aws:iam::000000000000:role/training',
      definition: JSON.stringify({ StartAt: 'End', States: { End: { Type: 'Pass', End: true } } }),
    }),
  );
  const starter = createTrainingExecutions({ region, endpointUrl, stateMachineArn: stateMachineArn! });
  expect(await starter.start('drift-2026-11-30', 'drift')).toBe(true);
  const executionArn = `${stateMachineArn!.replace(':stateMachine:', ':execution:')}:drift-2026-11-30`;
  let execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  while (execution.status === 'RUNNING') {
    await new Promise((over) => setTimeout(over, 50));
    execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  }
  expect(execution).toMatchObject({ status: 'SUCCEEDED', input: '{"trigger":"drift"}' });
  expect(await starter.start('drift-2026-11-30', 'drift')).toBe(false);
});
