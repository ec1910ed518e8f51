import { TransientFault } from '../../domain/transient-fault';
import type { AlertStore, Doc, Key, Put } from '../store-port';
import { TRIES_MAX } from './services';

/** What a document is to become: nothing, when it stays, or puts of which one is its own. */
export type Change<Result> = { readonly puts: readonly Put[]; readonly result: Result };

/**
 * Loads, decides and writes each key's document until its comparison holds; documents that are not alike do not wait for each
 * other. Results in the order of the keys.
 *
 * @param decide pure; called again with what another wrote
 * @param companions further keys to load with a key, given to `decide`
 */
export async function compareAndSet<Result>(
  store: AlertStore,
  keys: readonly Key[],
  decide: (docs: readonly (Doc | undefined)[], at: number) => Change<Result> | Promise<Change<Result>>,
  companions: (at: number) => readonly Key[] = () => [],
): Promise<Result[]> {
  const results = new Array<Result>(keys.length);
  let left = keys.map((_, at) => at);
  for (let attempt = 1; left.length > 0; attempt++) {
    if (attempt > TRIES_MAX)
      throw new TransientFault('alert store', `${left.length} documents are written by others all the time`);
    const wanted = left.map((at) => [keys[at]!, ...companions(at)]);
    const loaded = await store.load(wanted.flat());
    let from = 0;
    const changes: { readonly at: number; readonly change: Change<Result> }[] = [];
    for (const [i, at] of left.entries()) {
      const docs = loaded.slice(from, from + wanted[i]!.length);
      from += wanted[i]!.length;
      changes.push({ at, change: await decide(docs, at) });
    }
    const written = await Promise.all(
      changes.map(({ change: { puts } }) => (puts.length === 0 ? true : store.commit(puts))),
    );
    changes.forEach(({ at, change }, i) => {
      if (written[i]) results[at] = change.result;
    });
    left = changes.filter((_, i) => !written[i]).map(({ at }) => at);
    if (left.length > 0) await store.pauseAfterLoss?.(attempt);
  }
  return results;
}
