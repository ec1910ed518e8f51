/** What the shell gets; also in every command's help. */
export const EXIT = {
  ok: 0,
  /** Nothing usable was made; standard error says why. */
  failed: 1,
  /** An option or argument is wrong. */
  usage: 2,
  /** Done, but some rows could not be read. */
  someRejected: 3,
  /** By Ctrl-C before the end. */
  stopped: 130,
} as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0  done
  1  failed: no result was left behind, the message says why
  2  wrong use: an option or argument is missing or makes no sense
  3  done, but some rows could not be read; the result holds all others
  130  stopped by Ctrl-C before the end of its input
`;

/** Options that are fine each by itself but not together. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
