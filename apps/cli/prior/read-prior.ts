import { readFile } from 'node:fs/promises';
import { openPrior, type PopulationPrior, PriorDocumentSchema } from '../../../shared/detection/population-prior';
import { UsageError } from '../exit-codes';

/** @throws {UsageError} if the file cannot be read or holds no prior */
export async function readPrior(path: string): Promise<PopulationPrior> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  });
  const parsed = PriorDocumentSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new UsageError(`${path} is no prior, as tidewatch prior writes them`);
  return openPrior(parsed.data);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
