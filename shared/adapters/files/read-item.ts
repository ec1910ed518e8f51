import type { DataPoint, RejectionReason } from '../../domain/data-point';

/** A row or element that is a data point. */
export interface PointItem {
  readonly kind: 'point';
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  readonly point: DataPoint;
  /** CSV only: the cells as they were read, as many as the header has. */
  readonly cells?: readonly string[];
}

/** A row or element that cannot be used, and why. */
export interface RejectedItem {
  readonly kind: 'rejected';
  readonly line: number;
  /** `empty`: a row in which nothing was measured, which is usual in files and not a fault. */
  readonly reason: FileRejectionReason;
  /** Column or path at fault; absent when it is the whole row. */
  readonly field?: string;
  /** A sentence for people, without the line; quotes at most 40 characters of the file. */
  readonly message: string;
  readonly cells?: readonly string[];
  /** Reading stopped here: this is not a row, and nothing follows. */
  readonly isEnd?: true;
}

export type ReadItem = PointItem | RejectedItem;

/** `unreadable`: the file cannot be opened, or reading it fails. */
export type FileRejectionReason = RejectionReason | 'not-csv' | 'unreadable';

/** The file as a whole cannot be used; nothing of it was read. */
export class InputError extends Error {
  override readonly name = 'InputError';
  constructor(
    readonly reason: FileRejectionReason,
    /** The message without the line. */
    readonly what: string,
    /** Line at fault, where one is. */
    readonly line?: number,
    options?: ErrorOptions,
  ) {
    super(line === undefined ? what : `line ${line}: ${what}`, options);
  }
}

export interface ReadOptions {
  /** Column that holds the time; by default found by its name, then by what it holds. */
  readonly timeColumn?: string;
  /** Column that names the source; by default one called "source". */
  readonly sourceColumn?: string;
  /** Source of rows that name none; by default the file's name without its extension. */
  readonly source?: string;
  /** IANA zone of timestamps without one; UTC by default. */
  readonly timeZone?: string;
  /** Columns that are not metrics although they are numeric, given the whole header. */
  readonly ignoreColumns?: (header: readonly string[]) => readonly string[];
  /** Read instead of standard input; for tests. */
  readonly stdin?: NodeJS.ReadableStream;
}

/** A piece of the file for a message: short, on one line, without control characters. */
export function excerpt(text: string): string {
  const shown = text.replace(/\p{C}/gu, '\u{fffd}');
  return JSON.stringify(shown.length > 40 ? `${shown.slice(0, 39)}…` : shown);
}
