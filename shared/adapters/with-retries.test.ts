import { clockAheadWhen } from '../../test/factories/clock-ahead';
import { TransientFault } from '../detection/ports';
import { Again, withRetries } from './with-retries';

const options = { part: 'store', timeoutMs: 60_000, attemptTimeoutMs: 100, pauseMs: 10 };
afterEach(() => jest.restoreAllMocks());

describe('retries', () => {
  it('go on until the work succeeds, each with whole milliseconds within both limits', async () => {
    const given: number[] = [];
    const result = await withRetries(options, async (timeoutMs) => {
      given.push(timeoutMs);
      if (given.length < 4) throw new Again('not yet');
      return 'done';
    });
    expect(result).toBe('done');
    expect(given).toHaveLength(4);
    expect(given.every((ms) => Number.isInteger(ms) && ms >= 1 && ms <= 100)).toBe(true);
  });

  it('end with a transient fault that bears the last reason, the attempts and the cause', async () => {
    const cause = new Error('below');
    let attempts = 0;
    clockAheadWhen(() => attempts === 3);
    const error = await withRetries(options, async () => {
      attempts += 1;
      throw new Again('no answer', 0, { cause });
    }).catch((caught: unknown) => caught as Error);
    expect(error).toBeInstanceOf(TransientFault);
    expect((error as Error).message).toBe('store: no answer (3 attempts)');
    expect((error as Error).cause).toBe(cause);
  });

  it('do not wait when the server asks for more than is left', async () => {
    const work = withRetries(options, async () => {
      throw new Again('busy', 3_600_000);
    });
    await expect(work).rejects.toThrow('store: busy (1 attempt)');
  });

  it('are not made for other errors', async () => {
    let attempts = 0;
    const work = withRetries(options, async () => {
      attempts += 1;
      throw new RangeError('defect');
    });
    await expect(work).rejects.toThrow(RangeError);
    expect(attempts).toBe(1);
  });
});
