import { memoryNotificationLog } from '../../test/factories/memory-notification-log';
import { SAMPLE_NOTIFICATION as ONE } from '../domain/notification';
import { TransientFault } from '../domain/transient-fault';
import { SecretMissing } from './channel-ports';
import { type DeliverServices, deliver, type Sending } from './deliver';

function open(send: () => Promise<Sending>) {
  const clock = { now: 1_000_000 };
  const { log, entries } = memoryNotificationLog(() => clock.now);
  const problems: string[] = [];
  const services: DeliverServices = {
    log,
    send,
    now: () => clock.now,
    random: () => 1,
    sendTimeoutMs: 10_000,
    observe: { delivered: () => undefined, problem: (what, error) => void problems.push(`${what}: ${String(error)}`) },
  };
  const told = (timeLeftMs = 60_000, one = ONE) => deliver(one, services, () => timeLeftMs);
  return { clock, log, entries, problems, told };
}

const words = { words: 'said' };

test.each<[string, () => Promise<Sending>, object, object]>([
  ['sent', async () => ({ outcome: 'sent', answer: words }), { outcome: 'sent' }, { what: 'sent', answer: words }],
  [
    'refused for good',
    async () => ({ outcome: 'refused', answer: words }),
    { outcome: 'refused' },
    { what: 'failed', isFinal: true, answer: words },
  ],
  [
    'not taken now: again after a pause',
    async () => ({ outcome: 'later', answer: words }),
    { outcome: 'later', afterMs: 30_000 },
    { what: 'failed', isFinal: false, answer: words },
  ],
  [
    'not taken now, with a time: again after that',
    async () => ({ outcome: 'later', answer: words, afterMs: 7_000 }),
    { outcome: 'later', afterMs: 8_000 },
    { what: 'failed', isFinal: false },
  ],
  [
    'a secret is missing: again, and the log says which',
    async () => {
      throw new SecretMissing('slack');
    },
    { outcome: 'later' },
    { what: 'failed', isFinal: false, answer: { words: 'there is no secret named slack' } },
  ],
  [
    'a part does not answer: again',
    async () => {
      throw new TransientFault('secrets', 'no answer');
    },
    { outcome: 'later' },
    { what: 'failed', answer: { words: 'secrets: no answer' } },
  ],
  [
    'nobody foresaw it: again, and only its name is told',
    async () => {
      throw new TypeError('xoxb-secret is no function');
    },
    { outcome: 'later' },
    { what: 'failed', answer: { words: 'unforeseen: TypeError', mayHaveArrived: true } },
  ],
])('a notification that is %s', async (_, send, delivered, entry) => {
  const { told, entries, problems } = open(send);
  expect(await told()).toMatchObject(delivered);
  expect(entries).toMatchObject([{ what: 'claimed', mayRepeat: false }, entry]);
  expect(problems.join()).not.toContain('xoxb');
});

test('one that was sent, and one that is superseded, are dropped', async () => {
  const { told, entries } = open(async () => ({ outcome: 'sent', answer: words }));
  const later = { ...ONE, id: 'later', transition: 2 };
  expect(await told(60_000, later)).toEqual({ outcome: 'sent' });
  expect(await told(60_000, later)).toEqual({ outcome: 'dropped' });
  expect(await told()).toEqual({ outcome: 'dropped' });
  expect(entries).toHaveLength(2);
});

test('one that another sender has waits until its lease ends; then it is sent, and the log says that it may be twice', async () => {
  const { told, log, clock, entries } = open(async () => ({ outcome: 'sent', answer: words }));
  await log.claim(ONE, 5_000);
  expect(await told()).toEqual({ outcome: 'later', afterMs: 5_000 });
  clock.now += 5_000;
  expect(await told()).toEqual({ outcome: 'sent' });
  expect(entries.map(({ what, mayRepeat }) => [what, mayRepeat])).toEqual([
    ['claimed', false],
    ['claimed', true],
    ['sent', undefined],
  ]);
});

test('without time it is not claimed', async () => {
  const { told, entries } = open(async () => ({ outcome: 'sent', answer: words }));
  expect(await told(3_000)).toEqual({ outcome: 'later', afterMs: 0 });
  expect(entries).toEqual([]);
});

test('what follows a telling changes nothing about it', async () => {
  const afterwards = async () => {
    throw new Error('xoxb-secret');
  };
  const { told, problems } = open(async () => ({ outcome: 'sent', answer: words, afterwards }));
  expect(await told()).toEqual({ outcome: 'sent' });
  expect(problems).toEqual(['after sending: Error: unforeseen: Error']);
});

test('what follows a telling is left out when the invocation is about to end', async () => {
  const afterwards = jest.fn(async () => undefined);
  const { told } = open(async () => ({ outcome: 'sent', answer: words, afterwards }));
  expect(await told(10_000)).toEqual({ outcome: 'sent' });
  expect(afterwards).not.toHaveBeenCalled();
});

test('a log that does not answer rejects: the queue gives the message again', async () => {
  const { told, log } = open(async () => ({ outcome: 'sent', answer: words }));
  jest.spyOn(log, 'sent').mockRejectedValue(new TransientFault('alert store', 'no answer'));
  await expect(told()).rejects.toThrow(TransientFault);
});
