import { SingleBar } from 'cli-progress';
import { wholeNumber } from './numbers';
import type { ScreenStream } from './writer';

export interface Progress {
  update(done: number): void;
  /** Ends it, whether or not everything was done. */
  stop(): void;
}

export interface ProgressOptions {
  readonly title: string;
  /** Undefined when the end is not known, as for standard input. */
  readonly total: number | undefined;
  /** What is counted, as "points" or "bytes". */
  readonly unit: string;
}

/** A bar on a terminal; elsewhere a line for each tenth, or each million when the end is not known. */
export function openProgress(stream: ScreenStream & NodeJS.WritableStream, options: ProgressOptions): Progress {
  return stream.isTTY === true && options.total !== undefined
    ? openBar(stream, options, options.total)
    : openLines(stream, options);
}

function openBar(stream: NodeJS.WritableStream, { title, unit }: ProgressOptions, total: number): Progress {
  const format = `${title} {bar} {percentage} % · {value} of {total} ${unit} · {eta_formatted} left`;
  const bar = new SingleBar({ stream, format, barsize: 24, hideCursor: false, clearOnComplete: true, fps: 10 });
  bar.start(total, 0);
  return { update: (done) => bar.update(Math.min(done, total)), stop: () => bar.stop() };
}

function openLines(stream: ScreenStream, options: ProgressOptions): Progress {
  let last = 0;
  return {
    update(done) {
      const line = progressLine(options, last, done);
      last = done;
      if (line !== undefined) stream.write(`${line}\n`);
    },
    stop() {},
  };
}

/** A line when a tenth of the total (or a million) has been passed between two updates, else nothing. */
export function progressLine(
  { title, total, unit }: ProgressOptions,
  before: number,
  done: number,
): string | undefined {
  const step = total === undefined ? 1e6 : total / 10;
  if (!(Math.floor(done / step) > Math.floor(before / step))) return undefined;
  const share = total === undefined ? '' : `${Math.round((100 * done) / total)} % · `;
  return `${title}: ${share}${wholeNumber(done)} ${unit}`;
}
