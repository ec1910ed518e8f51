import { unlessStopped } from './unless-stopped';

const never = new Promise<never>(() => undefined);

test('work that ends is done, stopped or not', async () => {
  expect(await unlessStopped(Promise.resolve(), new AbortController().signal)).toBe(true);
  expect(await unlessStopped(Promise.resolve(), AbortSignal.abort())).toBe(true);
});

test('after a stop, work that does not end is given up', async () => {
  const stop = new AbortController();
  const waiting = unlessStopped(never, stop.signal, 1);
  stop.abort();
  expect(await waiting).toBe(false);
  expect(await unlessStopped(never, stop.signal, 1)).toBe(false);
});

test('what the work throws is thrown; once it was given up, it is nobody’s fault', async () => {
  await expect(unlessStopped(Promise.reject(new Error('full')), AbortSignal.abort())).rejects.toThrow('full');
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise<never>((_, reject) => {
    fail = reject;
  });
  expect(await unlessStopped(work, AbortSignal.abort(), 1)).toBe(false);
  fail(new Error('closed'));
});
