import { createHash } from 'node:crypto';
import { CHECKPOINT_FIELD, type StateCommit } from '../../detection/ports';

/**
 * Compare-and-set of some sources, each on its own. KEYS: their hashes. ARGV: seconds to keep them; then for each source "1" or "0" for
 * whether it is expected to be known, the expected checkpoint, how many names and values follow, and these in turns. Answers for each 1
 * when written, 0 when the comparison lost. HSET is called by the thousand arguments, since Lua cannot unpack more than some 8,000.
 */
export const COMMIT_SCRIPT = `
local outcomes, at = {}, 2
for source, key in ipairs(KEYS) do
  local last = at + 2 + tonumber(ARGV[at + 2])
  local stored = redis.call('HGET', key, '${CHECKPOINT_FIELD}')
  local wins = not stored
  if ARGV[at] == '1' then wins = stored == ARGV[at + 1] end
  if wins then
    for first = at + 3, last, 1000 do
      redis.call('HSET', key, unpack(ARGV, first, math.min(first + 999, last)))
    end
    redis.call('EXPIRE', key, ARGV[1])
  end
  outcomes[source] = wins and 1 or 0
  at = last + 1
end
return outcomes`;

export const COMMIT_SCRIPT_SHA = createHash('sha1').update(COMMIT_SCRIPT).digest('hex');

/** A call for some sources: the script or its hash, number of KEYS, KEYS, ARGV. @param keys of the commits, in their order */
export function commitCall(
  script: string,
  keys: readonly string[],
  commits: readonly StateCommit[],
  ttlSeconds: number,
): (string | Uint8Array | number)[] {
  const list: (string | Uint8Array | number)[] = [script, keys.length, ...keys, ttlSeconds];
  for (const { expected, fields } of commits) {
    list.push(expected === undefined ? '0' : '1', expected ?? '', 2 * fields.size);
    for (const [name, value] of fields) list.push(name, value);
  }
  return list;
}
