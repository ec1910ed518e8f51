/** The cache's user of functions. */
export const CACHE_USER = 'tidewatch';

/** Commands of the cache of states, of the index of deadlines and of the places of sources, with the scripts that they run. */
const DATA = 'hgetall hget hset expire eval evalsha zadd zrem zcard zcount zscore zrangebyscore zremrangebyscore';
/** What a client asks of the nodes of a cluster, and says when it connects and leaves. */
const CONNECTION = 'auth hello ping quit info asking client|setname cluster|slots cluster|info cluster|nodes';

/** What that user may do, as ACL rules: its own keys, these commands, and nothing that is about other clients or the server. */
export const CACHE_ACCESS = [
  'on ~tidewatch* -@all',
  ...`${DATA} ${CONNECTION}`.split(' ').map((command) => `+${command}`),
].join(' ');
