import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { open } from 'lmdb';
import { TransientFault } from '../../detection/ports';
import {
  HOUR_MS,
  PLACE_KEPT_MS,
  type PlaceAccount,
  type PlaceRequest,
  placeName,
  type SourcePlaces,
} from '../../detection/source-places';
import { oneHandle } from './one-handle';

/**
 * Places in one file beside the source states. A call is one transaction, committed when it resolves; only a refusal looks
 * through all places for those that are free, at most once an hour.
 *
 * @param file path of the file; missing folders are made
 */
export function openLmdbSourcePlaces(file: string, placesMax: number): SourcePlaces {
  const { handle, release } = hold(file);
  const { root, held, closed } = handle;
  let isClosed = false;
  const whileOpen = () => {
    if (isClosed) throw new Error('the places are closed');
  };
  const count = () => (held.getStats() as { entryCount: number }).entryCount;
  const freeBefore = (until: number) => {
    const free = [...held.getRange()].filter(({ value }) => value < until).map(({ key }) => key);
    for (const place of free) held.removeSync(place);
  };
  const isTaken = (place: string, isKnown: boolean, { first, last }: PlaceRequest): boolean => {
    const until = held.get(place);
    let has = until !== undefined || isKnown;
    const hour = Math.floor(first / HOUR_MS);
    if (!has && hour > (closed.get(HOUR) ?? -1)) {
      if (count() >= placesMax) freeBefore(first - PLACE_KEPT_MS);
      has = count() < placesMax;
      if (!has) closed.putSync(HOUR, hour);
    }
    if (has && (until === undefined || until < last)) held.putSync(place, last);
    return has;
  };
  const takeOne = (request: PlaceRequest): number => {
    let taken = 0;
    while (taken < request.series && isTaken(placeName(request.source, taken), taken < request.known, request)) taken++;
    return taken;
  };
  return {
    async take(requests) {
      whileOpen();
      if (requests.length === 0) return [];
      try {
        return await root.transaction(() => requests.map(takeOne));
      } catch (cause) {
        throw new TransientFault('places', cause instanceof Error ? cause.message : String(cause), { cause });
      }
    },
    async taken() {
      whileOpen();
      return count();
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await release();
    },
  };
}

const HOUR = 'hour';

function openFile(file: string) {
  mkdirSync(dirname(file), { recursive: true });
  const root = open({ path: file, noSubdir: true, maxDbs: 2, overlappingSync: true, compression: false });
  return {
    root,
    held: root.openDB<number, string>({ name: 'held', encoding: 'json' }),
    closed: root.openDB<number, string>({ name: 'closed', encoding: 'json' }),
  };
}

const hold = oneHandle(openFile, ({ root }) => root.close());

/** Where an account of places of a file of states lies. */
export function placesFileBeside(stateFile: string, account: PlaceAccount): string {
  return join(dirname(stateFile), `${account}.lmdb`);
}
