import { TransientFault } from '../../detection/ports';
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

  it('gives the others their events when one subscriber fails, and asks to be called again', async () => {
    const topic = createTopic();
    const seen: string[] = [];
    let failures = 0;
    topic.subscribe('failing', () => {
      failures++;
      throw new Error('full');
    });
    topic.subscribe('rejecting', () => Promise.reject(new Error('gone')));
    topic.subscribe('working', (events) => void seen.push(...events.map(({ id }) => id)));
    await expect(topic.publish([sample('a', {})])).rejects.toThrow(TransientFault);
    expect(failures).toBe(1);
    expect(seen).toEqual(['a']);
  });

  it('does not call a subscriber for whom nothing is left', async () => {
    const topic = createTopic();
    topic.subscribe('picky', () => Promise.reject(new Error('must not be called')), { severity: ['critical'] });
    await topic.publish([sample('a', { severity: 'low' })]);
  });

  it('gives events in the order in which they were published', async () => {
    const topic = createTopic();
    const seen: string[] = [];
    topic.subscribe('s', (events) => void seen.push(...events.map(({ id }) => id)));
    await topic.publish([sample('a', {}), sample('b', {})]);
    await topic.publish([sample('c', {})]);
    expect(seen).toEqual(['a', 'b', 'c']);
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
