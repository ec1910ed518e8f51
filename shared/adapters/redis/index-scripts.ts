import { script } from './scripted';

/** KEYS[1]: a slot. ARGV, in turns: source, deadline it must still have, next deadline or nothing. */
export const REFILE_SCRIPT = script(`
for at = 1, #ARGV, 3 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if score and tonumber(score) == tonumber(ARGV[at + 1]) then
    if ARGV[at + 2] == '' then
      redis.call('ZREM', KEYS[1], ARGV[at])
    else
      redis.call('ZADD', KEYS[1], ARGV[at + 2], ARGV[at])
    end
  end
end
return 1`);

/** KEYS[1]: the shards. ARGV, in turns: shard, sequence number, arrival. Forward only, leading zeros or not. */
export const ADVANCE_SCRIPT = script(`
for at = 1, #ARGV, 3 do
  local stored = redis.call('HGET', KEYS[1], ARGV[at])
  local last = stored and string.match(stored, '^0*(%d+)') or ''
  local next = string.match(ARGV[at + 1], '^0*(%d+)')
  if #next > #last or (#next == #last and next > last) then
    redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1] .. ' ' .. ARGV[at + 2])
  end
end
return 1`);
