import { ChallengerSchema, openShadow, type Shadow } from '../../training/shadow';
import { type FollowOptions, followDocument } from '../followed-document';
import { jsonOf } from '../json-of';
import type { LiveDocument } from './live-document';

export interface FollowedShadowOptions extends Pick<FollowOptions<unknown>, 'freshMs' | 'clock' | 'onProblem'> {
  readonly document: Pick<LiveDocument, 'name' | 'read'>;
}

/**
 * The challenger that a document names, as it was at most `freshMs` ago; the same object as long as the document stays as it
 * is. No document, or one that is no challenger of ours: none, and of the latter people are told once. Never rejects: while the
 * document cannot be read, the challenger of before goes on.
 */
export function followShadow({ document, ...options }: FollowedShadowOptions): () => Promise<Shadow | undefined> {
  let seen: string | undefined;
  let shadow: Shadow | undefined;
  const look = async () => {
    const text = await document.read();
    if (text === seen) return shadow;
    seen = text;
    shadow = undefined;
    try {
      if (text !== undefined) shadow = opened(text, document.name);
    } catch (error) {
      options.onProblem(error);
    }
    return shadow;
  };
  return followDocument({ ...options, look, unseen: { value: undefined } });
}

function opened(text: string, where: string): Shadow {
  const parsed = ChallengerSchema.safeParse(jsonOf(text));
  if (parsed.success) return openShadow(parsed.data);
  const [issue] = parsed.error.issues;
  throw new UnusableChallenger(`${where} is no challenger: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
}

/** A document stands where a challenger is looked for, and is none. */
export class UnusableChallenger extends Error {
  override readonly name = 'UnusableChallenger';
}
