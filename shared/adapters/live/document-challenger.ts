import { z } from 'zod';
import type { ChallengerPlace } from '../../training/ports';
import type { LiveDocument } from './live-document';

const ChallengerSchema = z.object({ run: z.string() });

/** The challenger as a document that detection follows. */
export function createChallengerPlace(document: LiveDocument): ChallengerPlace {
  const current = async () => runOf(await document.read());
  return {
    current,
    put: (challenger) => document.write(`${JSON.stringify(challenger, null, 2)}\n`),
    async remove(run) {
      if ((await current()) === run) await document.remove();
    },
  };
}

function runOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return ChallengerSchema.safeParse(JSON.parse(text)).data?.run;
  } catch {
    return undefined;
  }
}
