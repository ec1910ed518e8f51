import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { builtInModel } from '../../detection/built-in-model';
import { openerFor } from '../../detection/open-source-detector';
import {
  openPrior,
  type PopulationPrior,
  type PriorDocument,
  PriorDocumentSchema,
} from '../../detection/population-prior';
import { openPopulationScore, type PopulationScore } from '../../detection/population-score';
import type { OpenSourceDetector } from '../../detection/source-detector';
import { jsonOf } from '../json-of';

/**
 * What a function's environment says of what new series borrow. A file and no object in a bucket: invocations that compute
 * the same batch must borrow the same, so a prior changes with the deployed code or layer and never under it.
 */
export const PriorVariable = {
  /** As tidewatch prior writes it; absent: new series borrow what all series have in common. */
  PRIOR_FILE: z.string().optional(),
} as const;

/** The file of a prior cannot be read, or holds none. */
export class PriorError extends Error {
  override readonly name = 'PriorError';
}

/** What a prior is good for. */
export interface PriorParts {
  /** New series borrow from like ones. */
  readonly openDetector: OpenSourceDetector;
  /** Judges values of which nothing is remembered; absent: nobody does. */
  readonly population?: PopulationScore;
}

/** What comes of the prior of a file, or of none. @throws {PriorError} */
export async function openPriorFile(file: string | undefined): Promise<PriorParts> {
  if (file === undefined) return { openDetector: openerFor(undefined) };
  const document = await readPriorDocument(file);
  return { openDetector: openerFor(document), population: openPopulationScore(openPrior(document), builtInModel) };
}

/** Opens detectors with the prior of a file, if there is one. @throws {PriorError} */
export async function openerWithPriorFile(file: string | undefined): Promise<OpenSourceDetector> {
  return openerFor(file === undefined ? undefined : await readPriorDocument(file));
}

/** @throws {PriorError} if the file cannot be read or holds no prior */
export async function readPrior(file: string): Promise<PopulationPrior> {
  return openPrior(await readPriorDocument(file));
}

/** @throws {PriorError} if the file cannot be read or holds no prior */
export async function readPriorDocument(file: string): Promise<PriorDocument> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
    throw new PriorError(`cannot read prior ${file}: ${why}`, { cause });
  });
  const parsed = PriorDocumentSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new PriorError(`${file} is no prior, as tidewatch prior writes them`);
  return parsed.data;
}
