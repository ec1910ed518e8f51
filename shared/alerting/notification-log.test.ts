import { type Notification, SAMPLE_NOTIFICATION } from '../domain/notification';
import { openNotificationLog } from './notification-log';
import type { Claimed } from './ports';
import { createMemoryStore } from './store/memory-store';

const LEASE = 1_000;

function open() {
  let now = 5_000;
  let tokens = 0;
  const store = createMemoryStore();
  const log = openNotificationLog(
    store,
    () => now,
    () => `token ${tokens++}`,
  );
  const numbered = (transition: number, over: Partial<Notification> = {}): Notification => ({
    ...SAMPLE_NOTIFICATION,
    transition,
    ...over,
  });
  const claimed = async (notification: Notification): Promise<Claimed> => {
    const claim = await log.claim(notification, LEASE);
    if (claim.outcome !== 'claimed') throw new Error(`it is ${claim.outcome}`);
    return claim;
  };
  return { log, numbered, claimed, pass: (ms: number) => (now += ms) };
}

const ok = { words: 'ok', status: 200 };
const busy = { words: 'busy', status: 503, isFinal: false };

test('what is claimed is held until the lease ends, and is then claimed by another, which may repeat it', async () => {
  const { log, numbered, claimed, pass } = open();
  expect(await claimed(numbered(1))).toEqual({ outcome: 'claimed', token: 'token 0', attempt: 1, mayRepeat: false });
  expect(await log.claim(numbered(1), LEASE)).toEqual({ outcome: 'held', until: 6_000 });
  pass(LEASE);
  expect(await claimed(numbered(1))).toMatchObject({ attempt: 2, mayRepeat: true });
});

test('a newer one waits while an older one is under way, and goes when it has ended, so that none comes after a newer one', async () => {
  const { log, numbered, claimed, pass } = open();
  const one = await claimed(numbered(1));
  expect(await log.claim(numbered(2, { id: 'two' }), LEASE)).toEqual({ outcome: 'held', until: 6_000 });
  await log.failed(numbered(1), one.token, busy);
  const two = await claimed(numbered(2, { id: 'two' }));
  expect(await log.claim(numbered(1), LEASE)).toEqual({ outcome: 'held', until: 6_000 });
  // The lease of the second ends: the third may go, and the late word of the second takes nothing from it.
  pass(LEASE);
  await claimed(numbered(3, { id: 'three' }));
  await log.sent(numbered(2, { id: 'two' }), two.token, ok);
  expect(await log.claim(numbered(4, { id: 'four' }), LEASE)).toEqual({ outcome: 'held', until: 7_000 });
  expect(await log.claim(numbered(1), LEASE)).toEqual({ outcome: 'superseded', by: 2 });
});

test('what is sent is not sent again', async () => {
  const { log, numbered, claimed } = open();
  await log.sent(numbered(1), (await claimed(numbered(1))).token, ok);
  expect(await log.claim(numbered(1), LEASE)).toEqual({ outcome: 'sent' });
});

test('what failed is claimed again at once, and does not repeat what was never sent', async () => {
  const { log, numbered, claimed } = open();
  await log.failed(numbered(1), (await claimed(numbered(1))).token, busy);
  expect(await claimed(numbered(1))).toMatchObject({ attempt: 2, mayRepeat: false });
});

test('what failed but may have arrived is claimed by one who knows that it may repeat it, and the next as well', async () => {
  const { log, numbered, claimed } = open();
  const lost = { words: 'no answer', mayHaveArrived: true, isFinal: false } as const;
  await log.failed(numbered(1), (await claimed(numbered(1))).token, lost);
  const second = await claimed(numbered(1));
  expect(second.mayRepeat).toBe(true);
  await log.failed(numbered(1), second.token, busy);
  expect((await claimed(numbered(1))).mayRepeat).toBe(true);
});

test('what failed for good is given up', async () => {
  const { log, numbered, claimed } = open();
  await log.failed(numbered(1), (await claimed(numbered(1))).token, { words: 'channel_not_found', isFinal: true });
  expect(await log.claim(numbered(1), LEASE)).toEqual({ outcome: 'given-up', because: 'channel_not_found' });
  expect(await claimed(numbered(2))).toMatchObject({ attempt: 1 });
});

test('a lower number than was sent is superseded; what was sent comes back to who sends the next', async () => {
  const { log, numbered, claimed } = open();
  await log.sent(numbered(2), (await claimed(numbered(2))).token, { ...ok, reference: 'ts-2' });
  expect(await log.claim(numbered(1), LEASE)).toEqual({ outcome: 'superseded', by: 2 });
  const third = await claimed(numbered(3));
  expect(third.previous).toEqual({ transition: 2, reference: 'ts-2' });
  await log.sent(numbered(3), third.token, ok);
  expect((await claimed(numbered(4))).previous).toEqual({ transition: 3, reference: 'ts-2' });
});

test('a lower number that is sent late does not hide the higher one', async () => {
  const { log, numbered, claimed, pass } = open();
  const first = await claimed(numbered(1));
  pass(LEASE);
  await log.sent(numbered(2), (await claimed(numbered(2))).token, { ...ok, reference: 'ts-2' });
  await log.sent(numbered(1), first.token, { ...ok, reference: 'ts-1' });
  expect((await claimed(numbered(3))).previous).toEqual({ transition: 2, reference: 'ts-2' });
});

test('receivers and groups are numbered apart', async () => {
  const { log, numbered, claimed } = open();
  await log.sent(numbered(5), (await claimed(numbered(5))).token, ok);
  const other = { ...SAMPLE_NOTIFICATION.receiver, name: 'other' };
  expect(await claimed(numbered(1, { receiver: other }))).toMatchObject({ attempt: 1 });
  expect(await claimed(numbered(1, { groupKey: 'other' }))).toMatchObject({ attempt: 1 });
});

test('a receiver that is gone is told nothing for an hour, or until its entry in the rules is another one', async () => {
  const { log, numbered, claimed, pass } = open();
  await log.failed(numbered(1), (await claimed(numbered(1))).token, {
    words: 'gone',
    status: 410,
    isFinal: true,
    disablesReceiver: true,
  });
  expect(await log.claim(numbered(2), LEASE)).toMatchObject({
    outcome: 'given-up',
    because: expect.stringContaining('gone'),
  });
  const moved = { ...SAMPLE_NOTIFICATION.receiver, secret: 'tidewatch/other' } as Notification['receiver'];
  expect(await claimed(numbered(3, { receiver: moved }))).toMatchObject({ attempt: 1 });
  // Its address may lie in a secret, and have been put right there.
  pass(3_600_000 - 1);
  expect(await log.claim(numbered(4), LEASE)).toMatchObject({ outcome: 'given-up' });
  pass(1);
  const again = await claimed(numbered(5));
  await log.failed(numbered(5), again.token, { words: 'gone', isFinal: true, disablesReceiver: true });
  expect(await log.claim(numbered(6), LEASE)).toMatchObject({ outcome: 'given-up' });
});

test('of many senders at once one sends', async () => {
  const { log, numbered } = open();
  const claims = await Promise.all(Array.from({ length: 10 }, () => log.claim(numbered(1), LEASE)));
  expect(claims.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
});

test('who sent although its lease had ended has sent all the same', async () => {
  const { log, numbered, claimed, pass } = open();
  const slow = await claimed(numbered(1));
  pass(LEASE);
  const second = await claimed(numbered(1));
  await log.sent(numbered(1), slow.token, ok);
  await log.failed(numbered(1), second.token, busy);
  expect(await log.claim(numbered(1), LEASE)).toEqual({ outcome: 'sent' });
});
