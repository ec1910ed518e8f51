import { readFileSync } from 'node:fs';
import { UsageError } from './exit-codes';

/** A file that an option or argument names. @throws {UsageError} if it cannot be read */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}
