import { readFile } from 'node:fs/promises';
import { builtInModel } from '../../shared/detection/built-in-model';
import type { Model } from '../../shared/detection/model';
import { openWeightedModel } from '../../shared/detection/weighted-model';

export interface LiveModel {
  /** The one that scores now. A call takes it once, so that a change never falls into an answer. */
  current(): Model;
  /** Looks at the pointer now; what cannot be used leaves the model as it is. */
  look(): Promise<void>;
}

/**
 * Follows a live-model pointer, as a folder registry writes it. No file, or none promoted: the built-in model.
 *
 * @param told of every change, and once of each pointer that cannot be used
 */
export function followLiveModel(file: string, told: (message: string, version: string) => void): LiveModel {
  let model: Model = builtInModel;
  let seen: string | undefined;
  return {
    current: () => model,
    async look() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? '' : `${error.code}`,
      );
      if (text === seen) return;
      seen = text;
      try {
        const next = modelOf(text);
        if (next.version !== model.version) told('another model is live', next.version);
        model = next;
      } catch (error) {
        told(`${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`, model.version);
      }
    },
  };
}

function modelOf(text: string): Model {
  if (text === '') return builtInModel;
  const pointer = JSON.parse(text) as { model?: unknown } | null;
  if (pointer?.model === null) return builtInModel;
  return openWeightedModel(pointer?.model);
}
