import { TransientFault } from '../../detection/ports';
import { type FakeServer, startFakeServer } from '../aws/testing/fake-server';
import { createTrainingExecutions } from './training-executions';

const stateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidewatch-prod-training';

let server: FakeServer;
/** Executions by name, with their input. */
let executions: Map<string, string>;
/** Tokens of faults, one for each of the next calls. */
let faults: { readonly error: string; readonly status: number }[];
beforeEach(async () => {
  executions = new Map();
  faults = [];
  server = await startFakeServer((request, response) => {
    const { stateMachineArn: arn, name, input } = JSON.parse(request.body) as Record<string, string>;
    const say = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(body));
    };
    const fault = faults.shift();
    if (fault !== undefined) return say(fault.status, { __type: fault.error, message: 'told so' });
    if (request.headers['x-amz-target'] !== 'AWSStepFunctions.StartExecution' || arn !== stateMachineArn)
      return say(400, { __type: 'StateMachineDoesNotExist', message: 'no such machine' });
    if (executions.has(name!)) return say(400, { __type: 'ExecutionAlreadyExists', message: 'there is one' });
    executions.set(name!, input!);
    say(200, { executionArn: `${arn}:${name}`, startDate: 1_795_000_000 });
  });
});
afterEach(() => server.close());

const starter = (more = {}) =>
  createTrainingExecutions({ region: 'eu-central-1', endpointUrl: server.url, stateMachineArn, ...more });

describe('training as executions', () => {
  it('is started under the name of its run, and told why', async () => {
    expect(await starter().start('drift-2026-11-30', 'drift')).toBe(true);
    expect([...executions]).toEqual([['drift-2026-11-30', '{"trigger":"drift"}']]);
  });

  it('is started once, however often it is asked for', async () => {
    expect(await starter().start('drift-2026-11-30', 'drift')).toBe(true);
    expect(await starter().start('drift-2026-11-30', 'drift')).toBe(false);
    expect(executions.size).toBe(1);
  });

  it('is asked for again after a fault of the service', async () => {
    faults = [{ error: 'ServiceUnavailable', status: 503 }];
    expect(await starter().start('run-1', 'drift')).toBe(true);
  });

  it('is given up in time', async () => {
    server.answer = () => undefined;
    const impatient = starter({ timeoutMs: 300, attemptTimeoutMs: 100 });
    await expect(impatient.start('run-1', 'drift')).rejects.toThrow(TransientFault);
  });

  it('says which state machine refuses', async () => {
    faults = [{ error: 'AccessDeniedException', status: 400 }];
    await expect(starter().start('run-1', 'drift')).rejects.toThrow(/state machine .*tidewatch-prod-training refuses/);
    expect(server.requests).toHaveLength(1);
  });

  it('takes no name that is no run’s', async () => {
    await expect(starter().start('a b', 'drift')).rejects.toThrow();
    expect(server.requests).toEqual([]);
  });
});
