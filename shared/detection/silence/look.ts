import type { SourceSettings } from '../../domain/settings';
import { deadlineOf } from './hear';
import { standingOf } from './rhythm';
import { F64, type SourceWatch } from './source-watch';

/** Against what a source is measured. Epoch milliseconds of arrival. */
export interface Moment {
  readonly now: number;
  /** All that arrived in the source's shard before this has been taken; undefined: nobody knows. */
  readonly takenUntil: number | undefined;
  /** Before this nobody could be heard. */
  readonly since: number;
  /** When to look again at a source whose shard lags. */
  readonly again: number;
}

/** What is to be done with a source that is due. */
export type Look =
  /** Nobody watches it, or it is known to be silent: it is filed no more. */
  | { readonly kind: 'drop' }
  /** Its silence is decided and perhaps not told. */
  | { readonly kind: 'tell' }
  /** It spoke since it was filed, or its points may still be on the way. */
  | { readonly kind: 'wait'; readonly next: number }
  /** It should have spoken before the deadline and did not. */
  | { readonly kind: 'missed'; readonly deadline: number };

/** Looks at one due source. A shard that lags or stands still proves nothing against its sources. */
export function look(watch: SourceWatch | undefined, settings: SourceSettings, moment: Moment): Look {
  if (watch === undefined) return { kind: 'drop' };
  if (watch.f64[F64.opened]! > 0) return { kind: watch.pending.length > 0 ? 'tell' : 'drop' };
  if (standingOf(watch, settings) !== 'watched') return { kind: 'drop' };
  const deadline = Math.ceil(deadlineOf(watch, settings, moment.since));
  if (deadline > moment.now) return { kind: 'wait', next: deadline };
  if (moment.takenUntil === undefined || moment.takenUntil < deadline) return { kind: 'wait', next: moment.again };
  return { kind: 'missed', deadline };
}
