import { STATE_KEPT_MS } from './ports';

/** A source that asks for places, one for each of its series. Times in epoch milliseconds, of arrival. */
export interface PlaceRequest {
  readonly source: string;
  /** Of its first point in the batch: it decides, so that a batch that comes again is decided as before. */
  readonly first: number;
  /** Of its last one: it keeps the places from then on. */
  readonly last: number;
  /** How many it asks for, at least 1. */
  readonly series: number;
  /** So many of them have a memory already, and so a place, whether or not that was ever noted. */
  readonly known: number;
  /** Its places are to be renewed, if it has any; else it asks for those beyond the known ones alone. */
  readonly renews: boolean;
}

/** A place that nobody renewed for so long is free: a day more than a memory is kept, since places are renewed once a day. */
export const PLACE_KEPT_MS = STATE_KEPT_MS + 86_400_000;
/** Once there was no place for somebody, there is none for anybody new in data of the same hour. */
export const HOUR_MS = 3_600_000;

/** Which of an environment's accounts it is: that of series with a memory, or that of series stored without one. */
export type PlaceAccount = 'places' | 'strangers';

/**
 * Who may have a memory, where an environment bounds how many series may: a fixed number of places, first come. A source
 * keeps those that it has as long as it sends points. Calls take one round trip, and no time that grows with the number of
 * places. A second account of the same kind bounds the series that are stored without a memory (strangers); there each series
 * asks for one place, by a name of its own.
 *
 * A decision holds when the same batch comes again: a place is kept from then on, and a refusal closes the hour of the points'
 * arrival, within which places that become free stay empty.
 */
export interface SourcePlaces {
  /** How many of the places that it asks for has each now? Those it keeps. Rejects with a TransientFault when it cannot for now. */
  take(requests: readonly PlaceRequest[]): Promise<readonly number[]>;
  /** Places that are taken, including those of sources that have ceased and were not missed yet. */
  taken(): Promise<number>;
  close(): Promise<void>;
}

/** What a place stands under in an account: no name of a source holds the sign between. */
export function placeName(source: string, at: number): string {
  return at === 0 ? source : `${source}\0${at}`;
}
