import { LIMITS } from '../../domain/limits';
import { parseQuoted } from './csv-quotes';
import type { LineBatch } from './lines';
import { excerpt, type FileRejectionReason } from './read-item';

/** One record of a CSV file. */
export interface CsvRecord {
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** Empty when there is a problem. */
  readonly cells: readonly string[];
  readonly problem?: { readonly reason: FileRejectionReason; readonly message: string };
}

export interface CsvRecordReader {
  /** Records that are complete with these lines, in order. */
  push(batch: LineBatch): CsvRecord[];
  /** What is left at the end of the file. */
  end(): CsvRecord[];
}

/** Cells in quotes may hold line ends; a quote that stays open for this many lines is a stray one. */
const QUOTED_LINES_MAX = 100;
const NONE: ReadonlySet<number> = new Set();

/**
 * Turns lines into records; empty lines are none. Lines without quotes, most of any file, are split right here, those with
 * quotes go to the CSV parser. A broken record spoils itself only: after a quote that is not closed, reading goes on with
 * the next line.
 */
export function csvRecordReader(delimiter: string): CsvRecordReader {
  let open: { readonly line: number; readonly lines: string[]; bytes: number } | undefined;
  let records: CsvRecord[] = [];
  /** Places in `records` that wait for the parser, and the text of each. */
  let waiting: { at: number; text: string }[] = [];

  function take(batch: LineBatch): void {
    batch.lines.forEach((text, index) => {
      const line = batch.first + index;
      if (batch.oversized.has(line)) {
        while (open) abandon();
        records.push(problem(line, 'too-large', `the line has more than ${LIMITS.recordBytesMax} bytes`));
      } else if (text.includes('\0')) {
        while (open) abandon();
        records.push(problem(line, 'not-text', 'the line holds binary data'));
      } else if (open) extend(text);
      else if (!text.includes('"')) plain(text, line);
      else if (quotesAfter(text, false, delimiter) === 'open') open = { line, lines: [text], bytes: text.length };
      else wait(line, text);
    });
  }

  function plain(text: string, line: number): void {
    if (text.trim() !== '') records.push({ line, cells: text.split(delimiter) });
  }

  function wait(line: number, text: string): void {
    waiting.push({ at: records.length, text });
    records.push({ line, cells: [] });
  }

  function extend(text: string): void {
    if (!open) return;
    open.lines.push(text);
    open.bytes += text.length;
    const quotes = quotesAfter(text, true, delimiter);
    if (quotes === 'closed') {
      wait(open.line, open.lines.join('\n'));
      open = undefined;
    } else if (quotes === 'broken' || open.lines.length > QUOTED_LINES_MAX || open.bytes > LIMITS.recordBytesMax)
      abandon();
  }

  /** The first line of the open record is at fault; those after it are read again without it. */
  function abandon(): void {
    if (!open) return;
    const { line, lines } = open;
    open = undefined;
    records.push(problem(line, 'not-csv', `a quote that is not closed: ${excerpt(lines[0]!)}`));
    take({ first: line + 1, lines: lines.slice(1), oversized: NONE });
  }

  function finished(): CsvRecord[] {
    const parsed = parseQuoted(
      waiting.map(({ text }) => text),
      delimiter,
    );
    waiting.forEach(({ at }, index) => {
      const { line } = records[at]!;
      const result = parsed[index]!;
      records[at] = typeof result === 'string' ? problem(line, 'not-csv', result) : { line, cells: result };
    });
    const done = records;
    records = [];
    waiting = [];
    return done;
  }

  return {
    push(batch) {
      take(batch);
      return finished();
    },
    end() {
      while (open) abandon();
      return finished();
    },
  };
}

function problem(line: number, reason: FileRejectionReason, message: string): CsvRecord {
  return { line, cells: [], problem: { reason, message } };
}

/**
 * State of a cell's quote at the end of a line; broken when more than white space follows a closing one. A quote inside an
 * unquoted cell is just a character.
 */
function quotesAfter(line: string, openBefore: boolean, delimiter: string): 'open' | 'closed' | 'broken' {
  let state: 'unquoted' | 'quoted' | 'start' | 'after' = openBefore ? 'quoted' : 'start';
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at];
    if (state === 'quoted') {
      if (char !== '"') continue;
      if (line[at + 1] === '"') at += 1;
      else state = 'after';
    } else if (char === delimiter) state = 'start';
    else if (char === ' ') continue;
    else if (state === 'after') return 'broken';
    else state = char === '"' && state === 'start' ? 'quoted' : 'unquoted';
  }
  return state === 'quoted' ? 'open' : 'closed';
}
