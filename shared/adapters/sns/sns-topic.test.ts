import { clockAheadWhen } from '../../../test/factories/clock-ahead';
import { TransientFault } from '../../detection/ports';
import { sample } from '../contracts/anomaly-topic.contract';
import { createSnsTopic, type SnsTopic } from './sns-topic';
import { type FakeSns, startFakeSns } from './testing/fake-sns';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:anomalies';
let sns: FakeSns;
let topic: SnsTopic;

beforeEach(async () => {
  sns = await startFakeSns(topicArn);
  topic = createSnsTopic({ ...{ region: 'eu-central-1', endpointUrl: sns.url, topicArn }, timeoutMs: 2_000 });
});
afterEach(async () => {
  topic.close();
  await sns.close();
  expect(sns.faults).toEqual([]);
});

const idsOf = (messages: readonly { readonly message: string }[]) =>
  messages.map(({ message }) => JSON.parse(message).id as string).sort();
const events = (count: number) => Array.from({ length: count }, (_, i) => sample(`event-${i}`, {}));

describe('the topic at SNS', () => {
  it('asks nobody for no events', async () => {
    await topic.publish([]);
    expect(sns.calls).toEqual([]);
  });

  it('publishes events whole, ten a call, with what subscribers filter by', async () => {
    const given = events(25).map((event) => ({ ...event, source: 'pumpe "é" 水', tags: { a: '\n<&>' } }));
    await topic.publish(given);
    expect(sns.calls.map(({ length }) => length).sort()).toEqual([10, 10, 5]);
    const byId = new Map(sns.messages.map(({ message }) => [JSON.parse(message).id, JSON.parse(message)]));
    expect(given.map(({ id }) => byId.get(id))).toEqual(given);
    expect(sns.messages[0]!.attributes).toEqual({
      ...{ kind: 'value', severity: 'high', source: 'pumpe "é" 水', phase: 'opened' },
    });
  });

  it('keeps a call below 256 KiB', async () => {
    const words = 'é'.repeat(30_000);
    const large = events(9).map((event) => ({ ...event, contributions: [{ name: 'value', share: 1, words }] }));
    await topic.publish(large);
    expect(sns.calls.length).toBeGreaterThan(2);
    expect(sns.messages).toHaveLength(9);
  });

  it('takes names with characters that XML has not', async () => {
    await topic.publish([sample('odd', { source: 'pump\ufffe17\uffff' })]);
    expect(JSON.parse(sns.messages[0]!.message).source).toBe('pump\ufffe17\uffff');
    expect(sns.messages[0]!.attributes['source']).toBe('pump\ufffd17\ufffd');
  });

  it('sends again what a call has left out, and only that', async () => {
    sns.fate = (call) => (entry) => {
      if (call > 0 || Number(entry.id) % 3 > 0) return 'taken';
      return Number(entry.id) === 0 ? 'not mentioned' : { code: 'InternalError', senderFault: false };
    };
    await topic.publish(events(10));
    expect(sns.calls.map(({ length }) => length)).toEqual([10, 4]);
    expect(idsOf(sns.messages)).toEqual(idsOf(events(10).map((event) => ({ message: JSON.stringify(event) }))));
  });

  it.each([
    ['throttling', { error: 'Throttled', status: 429 }],
    ['a fault of the service', { error: 'InternalError', status: 500 }],
  ])('tries again after %s', async (_, fate) => {
    sns.fate = (call) => (call === 0 ? fate : () => 'taken');
    await topic.publish(events(3));
    expect(sns.messages).toHaveLength(3);
  });

  it('gives up in time when nobody answers, and asks to be called again', async () => {
    sns.fate = () => 'hangs';
    const impatient = createSnsTopic({
      ...{ region: 'eu-central-1', endpointUrl: sns.url, topicArn },
      ...{ timeoutMs: 300, attemptTimeoutMs: 100 },
    });
    await expect(impatient.publish(events(1))).rejects.toThrow(TransientFault);
    impatient.close();
  });

  it('gives up in time when some are always left out', async () => {
    sns.fate = () => (entry) => (entry.id === '0' ? { code: 'InternalError', senderFault: false } : 'taken');
    const short = createSnsTopic({ ...{ region: 'eu-central-1', endpointUrl: sns.url, topicArn }, timeoutMs: 60_000 });
    clockAheadWhen(() => sns.calls.length === 3);
    await expect(short.publish(events(3))).rejects.toThrow(/left out 1 of 3 events \(InternalError\) \(3 attempts\)/);
    jest.restoreAllMocks();
    short.close();
  });

  it.each([
    ['of the call', () => ({ error: 'AuthorizationError', status: 403 })],
    ['of an event', () => () => ({ code: 'InvalidParameter', senderFault: true })],
  ])('does not repeat what is refused: %s', async (_, fate: () => ReturnType<FakeSns['fate']>) => {
    sns.fate = fate;
    await expect(topic.publish(events(1))).rejects.toMatchObject({ name: 'AwsRefusal' });
    expect(sns.calls).toHaveLength(1);
  });
});
