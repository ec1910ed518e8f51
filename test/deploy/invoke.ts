import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { World } from './world';

/** Calls a function and waits for its answer, as its schedule does not. Rejects with what it fails of. */
export async function invoke<Answer>({ emulator }: World, FunctionName: string): Promise<Answer> {
  const { Payload, FunctionError } = await emulator.lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  const answer = Buffer.from(Payload!).toString();
  if (FunctionError !== undefined) throw new Error(`${FunctionName} fails: ${answer}`);
  return JSON.parse(answer) as Answer;
}
