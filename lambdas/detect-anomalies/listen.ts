import type { StateFields } from '../../shared/detection/ports';
import { hear, type Return } from '../../shared/detection/silence/hear';
import { silenceClosed } from '../../shared/detection/silence/silence-event';
import {
  decodeWatch,
  F64,
  newWatch,
  type SourceWatch,
  shardKey,
  WATCH_FIELD,
} from '../../shared/detection/silence/source-watch';
import type { Position } from '../../shared/domain/position';
import type { SourceSettings } from '../../shared/domain/settings';
import type { PlacedPoint } from './plan-batch';
import type { PlacedEvent } from './services';
import type { SourcePass } from './source-pass';

/** What a batch hears of a source. */
export interface ListenedSource {
  readonly watch: SourceWatch;
  readonly returns: readonly PlacedReturn[];
  /** The deadline under which the source was filed before the batch. */
  readonly filedBefore: number;
}
interface Listening extends ListenedSource {
  readonly returns: PlacedReturn[];
}

/** A return, and the point that it came with. */
interface PlacedReturn {
  readonly back: Return;
  readonly position: Position;
}

export function openListener(loaded: StateFields | undefined): Listening {
  const watch = decodeWatch(loaded?.get(WATCH_FIELD)) ?? newWatch();
  return { watch, returns: [], filedBefore: watch.f64[F64.filed]! };
}

export function listen(to: Listening, { point, position, arrival }: PlacedPoint, settings: SourceSettings): void {
  const { timestamp, tags } = point;
  const back = hear(to.watch, { arrival, timestamp, shard: shardKey(position), tags }, settings);
  if (back !== undefined) to.returns.push({ back, position });
}

/**
 * Ends of silences. What the watch had decided is told again with them: it may have died before it could, and the same id
 * takes effect once.
 */
export function eventsOfReturns({ work, listened }: SourcePass, version: number): PlacedEvent[] {
  const { threshold } = work.settings;
  return listened.returns.flatMap(({ back, position }) =>
    [...back.pending, silenceClosed(work.source, back, { version, threshold })].map((event) => ({ event, position })),
  );
}

/** The deadline to file the source under; undefined when it stays where it is. */
export function filingOf({ watch, filedBefore }: ListenedSource): number | undefined {
  const filed = watch.f64[F64.filed]!;
  return filed === filedBefore || filed === 0 ? undefined : filed;
}
