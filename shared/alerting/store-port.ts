/**
 * Where the state of alerting lies: small documents in partitions, each with a revision that writes compare. All of the
 * state is built of these; every implementation passes one contract suite.
 */

export interface Key {
  readonly partition: string;
  /** Order within the partition, by UTF-8 bytes. */
  readonly sort: string;
}

export interface Doc extends Key {
  /** 1 when first written, then counting up. */
  readonly revision: number;
  /** What JSON can hold. */
  readonly body: unknown;
}

export interface Put extends Key {
  /** The revision that was read; absent: the document must not be there. */
  readonly expected: number | undefined;
  readonly body: unknown;
  /** Listed under a name, in order of a number; absent: in no list. */
  readonly index?: IndexEntry;
  /** Epoch milliseconds; some time after it the document goes. Absent: never. */
  readonly expiresAt?: number;
}

export interface IndexEntry {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface Indexed extends Key {
  readonly at: number;
}

/** Puts in one commit at most; a document has at most {@link DOCUMENT_BYTES_MAX}. */
export const COMMIT_PUTS_MAX = 100;
export const DOCUMENT_BYTES_MAX = 380_000;

/** Methods reject with a TransientFault when they cannot for now. */
export interface AlertStore {
  /** As last committed, in the order asked; undefined for what is not there. */
  load(keys: readonly Key[]): Promise<readonly (Doc | undefined)[]>;
  /**
   * All puts or none: false if any comparison lost. Keys must differ. Durable when it resolves. A call that rejects may have
   * been carried out all the same.
   */
  commit(puts: readonly Put[]): Promise<boolean>;
  /**
   * Waits before a comparison that was lost is tried again: longer with each loss and never alike, so that many writers of one
   * document do not meet again. Absent where there are not many.
   *
   * @param losses in a row
   */
  pauseAfterLoss?(losses: number): Promise<void>;
  /** Documents of a partition whose sort key begins with the prefix, in order, or the last ones first. */
  list(partition: string, query?: ListQuery): Promise<readonly Doc[]>;
  /** Keys listed under a name, in order of their numbers. What was just written may be missing for a moment. */
  indexed(name: string, query?: IndexQuery): Promise<readonly Indexed[]>;
  /** Removes what has expired where nothing else does. Gives how many. */
  removeExpired(now: number, limit: number): Promise<number>;
  close(): Promise<void>;
}

export interface ListQuery {
  readonly prefix?: string;
  readonly limit?: number;
  readonly lastFirst?: boolean;
}

export interface IndexQuery {
  /** Inclusive, both. */
  readonly from?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly lastFirst?: boolean;
}
