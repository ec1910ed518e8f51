import { COMMIT_PUTS_MAX, DOCUMENT_BYTES_MAX, type Put } from '../store-port';

/**
 * Bodies as the texts that are stored.
 *
 * @throws {RangeError} for a commit that no store can take: too many puts, a key twice, a body too large
 */
export function checkPuts(puts: readonly Put[]): string[] {
  if (puts.length > COMMIT_PUTS_MAX)
    throw new RangeError(`a commit of ${puts.length} puts; at most ${COMMIT_PUTS_MAX}`);
  const keys = new Set(puts.map(({ partition, sort }) => JSON.stringify([partition, sort])));
  if (keys.size < puts.length) throw new RangeError('a commit puts the same key twice');
  return puts.map(({ partition, body }) => {
    const text = JSON.stringify(body);
    const bytes = Buffer.byteLength(text);
    if (bytes > DOCUMENT_BYTES_MAX)
      throw new RangeError(
        `a document of ${partition.split('#')[0]} has ${bytes} bytes; at most ${DOCUMENT_BYTES_MAX}`,
      );
    return text;
  });
}
