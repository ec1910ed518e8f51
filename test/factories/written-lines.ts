/** Everything that is written to standard output and error from here on, as lines. Restored by `jest.restoreAllMocks`. */
export function writtenLines(): () => readonly string[] {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
  }
  return () => written.join('').trim().split('\n').filter(Boolean);
}
