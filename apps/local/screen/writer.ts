/** The part of a standard stream that is used. */
export interface ScreenStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Lines scroll by on the output; a status line stands below them on a terminal. */
export interface ScreenWriter {
  print(lines: readonly string[]): void;
  /** Replaces the status line. Without a terminal it says nothing: a file wants no animation. */
  status(line: string): void;
  /** Takes the status line away, for good. */
  close(): void;
  readonly columns: () => number;
}

const ERASE_LINE = '\r\u001b[2K';
const COLUMNS_WITHOUT_TERMINAL = 160;

/**
 * @param output findings, as plain lines for people and pipes
 * @param terminal where the status line goes, usually standard error
 * @param onBroken the reader of the output went away (a closed pipe): nothing more is written
 */
export function openWriter(output: ScreenStream, terminal: ScreenStream, onBroken: () => void): ScreenWriter {
  let status = '';
  let isBroken = false;
  const breakOff = () => {
    if (!isBroken) onBroken();
    isBroken = true;
  };
  output.on('error', breakOff);
  terminal.on('error', breakOff);
  const draw = (line: string) => {
    if (terminal.isTTY === true && !isBroken) terminal.write(line);
  };
  return {
    columns: () => output.columns ?? COLUMNS_WITHOUT_TERMINAL,
    print(lines) {
      if (isBroken || lines.length === 0) return;
      if (status !== '') draw(ERASE_LINE);
      output.write(`${lines.join('\n')}\n`);
      if (status !== '') draw(status);
    },
    status(line) {
      status = line;
      draw(ERASE_LINE + line);
    },
    close() {
      if (status !== '') draw(ERASE_LINE);
      status = '';
    },
  };
}
