import type { TransientFault } from '../../detection/ports';
import { describeAnomalyTopic, sample } from '../contracts/anomaly-topic.contract';
import { createTopic, type FilterPolicy } from './topic';

describeAnomalyTopic('the embedded topic', () => {
  const topic = createTopic();
  return { topic, subscribe: (name, subscriber) => void topic.subscribe(name, subscriber), close: () => {} };
});

describe('the embedded topic', () => {
  it.each<[string, FilterPolicy, string[]]>([
    ['everything without a policy', {}, ['a', 'b', 'c']],
    ['one value', { severity: ['critical'] }, ['b']],
    ['any of several values', { severity: ['critical', 'low'] }, ['b', 'c']],
    ['only what matches every attribute', { severity: ['critical', 'low'], kind: ['silence'] }, ['c']],
    ['exact values, no patterns', { source: ['pump-*'] }, []],
    ['a source and a phase', { source: ['pump-2'], phase: ['closed'] }, ['c']],
    ['nothing for an empty list', { kind: [] }, []],
  ])('gives a subscriber %s', async (_, policy, expected) => {
    const topic = createTopic();
    const seen: string[] = [];
    topic.subscribe('s', (events) => void seen.push(...events.map(({ id }) => id)), policy);
    await topic.publish([
      sample('a', { severity: 'high', source: 'pump-1' }),
      sample('b', { severity: 'critical', source: 'pump-2' }),
      sample('c', { severity: 'low', source: 'pump-2', kind: 'silence', phase: 'closed' }),
    ]);
    expect(seen).toEqual(expected);
  });

  it('does not call a subscriber for whom nothing is left', async () => {
    const topic = createTopic();
    topic.subscribe('picky', () => Promise.reject(new Error('must not be called')), { severity: ['critical'] });
    await topic.publish([sample('a', { severity: 'low' })]);
  });

  it('names those that failed and keeps why, once all have answered', async () => {
    const topic = createTopic();
    const gone = new Error('gone');
    let slowAnswered = false;
    topic.subscribe('alerts', () => Promise.reject(gone));
    topic.subscribe('screen', async () => {
      await new Promise((soon) => setImmediate(soon));
      slowAnswered = true;
    });
    const fault = await topic.publish([sample('a', {})]).catch((error: unknown) => error as TransientFault);
    expect(fault).toMatchObject({
      name: 'TransientFault',
      message: 'topic: not taken by alerts',
      cause: { errors: [gone] },
    });
    expect(slowAnswered).toBe(true);
  });

  it('gives nothing after a subscription has ended', async () => {
    const topic = createTopic();
    const end = topic.subscribe('s', () => Promise.reject(new Error('must not be called')));
    end();
    end();
    await topic.publish([sample('a', {})]);
  });
});
