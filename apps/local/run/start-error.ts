/** What hinders a start and a person can change: a port or file that is taken, an address that makes no sense. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Errors of parts that say what is wrong outside; a TypeError and its like are defects and keep their trace. */
export function startError(error: unknown): unknown {
  if (!(error instanceof Error) || !['Error', 'ConfigError', 'SettingsError'].includes(error.name)) return error;
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
    return new StartError(`port ${(error as { port?: number }).port} is taken; name another, or 0 for any free one`, {
      cause: error,
    });
  return new StartError(error.message, { cause: error });
}
