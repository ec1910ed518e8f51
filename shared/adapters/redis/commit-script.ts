import { createHash } from 'node:crypto';
import { CHECKPOINT_FIELD, type StateCommit } from '../../detection/ports';

/**
 * Compare-and-set of one source. KEYS[1]: its hash. ARGV: seconds to keep it, "1" or "0" for whether the source is expected to
 * be known, the expected checkpoint, then field and value in turns. Answers 1 when written, 0 when the comparison lost.
 * HSET is called by the thousand arguments, since Lua cannot unpack more than some 8,000.
 */
export const COMMIT_SCRIPT = `
local stored = redis.call('HGET', KEYS[1], '${CHECKPOINT_FIELD}')
if ARGV[2] == '1' then
  if stored ~= ARGV[3] then return 0 end
elseif stored then
  return 0
end
for first = 4, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1`;

export const COMMIT_SCRIPT_SHA = createHash('sha1').update(COMMIT_SCRIPT).digest('hex');

/** A commit's call: the script or its hash, number of KEYS, KEYS, ARGV. */
export function commitCall(
  script: string,
  key: string,
  { expected, fields }: StateCommit,
  ttlSeconds: number,
): (string | Uint8Array | number)[] {
  const list = [script, 1, key, ttlSeconds, expected === undefined ? '0' : '1', expected ?? ''];
  for (const [name, value] of fields) list.push(name, value);
  return list;
}
