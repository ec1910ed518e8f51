import { TransientFault } from '../../detection/ports';
import { counted, describeDistributionLog } from '../contracts/distribution-log.contract';
import { fakeBucket } from '../s3/testing/fake-bucket';
import { createS3DistributionLog } from './s3-distribution-log';

const NOON = Date.UTC(2026, 10, 22, 12);
const bucket = fakeBucket(createS3DistributionLog);
const log = bucket.open;

describeDistributionLog('the bucket', async () => log());

describe('the bucket of distributions', () => {
  it('has an object a part, below its day', async () => {
    await log().add({ process: 'p', from: NOON }, [counted(1)]);
    expect([...bucket.s3.objects.keys()]).toEqual([`distributions/2026-11-22/${NOON}-p.json`]);
  });

  it('is read by no more than what lies in the time that is asked for', async () => {
    for (let hour = 0; hour < 8; hour++) await log().add({ process: 'p', from: NOON + hour * 3_600_000 }, [counted(1)]);
    bucket.s3.objects.set('distributions/2026-11-22/notes.txt', 'hello');
    bucket.s3.calls.length = 0;
    await log().sumSince(['m'], NOON + 3_600_000, NOON + 2 * 3_600_000);
    expect(bucket.s3.calls.filter((call) => call !== 'GET ')).toEqual([
      `GET distributions/2026-11-22/${NOON + 3_600_000}-p.json`,
    ]);
  });

  it('tries again what fails for now', async () => {
    bucket.s3.fate = (call) => (call % 2 === 0 ? { error: 'SlowDown', status: 503 } : 'works');
    await log().add({ process: 'p', from: NOON }, [counted(5)]);
    expect((await log().sumSince(['m'], NOON, NOON + 1)).vectors).toBe(5);
  });

  it('gives up in time', async () => {
    bucket.s3.fate = () => 'hangs';
    const impatient = log({ timeoutMs: 300, attemptTimeoutMs: 100 });
    await expect(impatient.add({ process: 'p', from: NOON }, [counted(1)])).rejects.toThrow(TransientFault);
  });

  it('does not repeat what is refused', async () => {
    bucket.s3.fate = () => ({ error: 'AccessDenied', status: 403 });
    await expect(log().add({ process: 'p', from: NOON }, [counted(1)])).rejects.toMatchObject({ name: 'AwsRefusal' });
    expect(bucket.s3.calls).toHaveLength(1);
  });
});
