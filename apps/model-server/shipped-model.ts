import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { nothingThere } from '../../shared/adapters/files/nothing-there';
import { builtInModel } from '../../shared/detection/built-in-model';
import type { Model } from '../../shared/detection/model';
import { openWeightedModel } from '../../shared/detection/weighted-model';

/**
 * The model that SageMaker put into the container; without one, the built-in. Rejects for one that cannot be used: a server that
 * does not start answers no ping, so the endpoint keeps what it had.
 */
export async function shippedModel(root: string): Promise<() => Model> {
  const file = path.join(root, 'model', 'model.json');
  const text = await readFile(file, 'utf8').catch(nothingThere(undefined));
  if (text === undefined) return () => builtInModel;
  try {
    const model = openWeightedModel(JSON.parse(text));
    return () => model;
  } catch (cause) {
    throw new Error(`${file} cannot be used: ${(cause as Error).message}`, { cause });
  }
}
