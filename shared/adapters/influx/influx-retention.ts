import { asked, type InfluxBucket, type InfluxLogin, jsonOf, signIn } from './influx-administration';

const DAY_SECONDS = 86_400;

/**
 * Has the bucket keep rows for so many days after their time, and drop them a day at a time. What is older goes at once.
 *
 * @param days whole, 1 at least; 0: for ever
 * @returns whether that is another time than before
 * @throws {Again} if the server does not answer
 * @throws {Error} if it refuses; its message holds no secret
 */
export async function keepInfluxRows(
  at: InfluxBucket,
  login: InfluxLogin,
  days: number,
  timeoutMs: number,
): Promise<boolean> {
  const { headers, bucket } = await signIn(at, login, timeoutMs);
  const everySeconds = days * DAY_SECONDS;
  if ((bucket.retentionRules?.[0]?.everySeconds ?? 0) === everySeconds) return false;
  // Without a rule, or with 0, it is for ever. Files hold the rows of a day, else of a week, and go as a whole.
  const rule = { type: 'expire', everySeconds, ...(days === 0 ? {} : { shardGroupDurationSeconds: DAY_SECONDS }) };
  const body = JSON.stringify({ retentionRules: [rule] });
  jsonOf(await asked(at.url, `/api/v2/buckets/${bucket.id}`, { method: 'PATCH', headers, body }, timeoutMs));
  return true;
}
