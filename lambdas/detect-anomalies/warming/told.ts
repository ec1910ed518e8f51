import type { PointStore, RecentRow, StateFields } from '../../../shared/detection/ports';
import { SILENCE_MODEL } from '../../../shared/detection/silence/silence-event';
import { encodeWatch, F64, newWatch, WATCH_FIELD } from '../../../shared/detection/silence/source-watch';
import { withToldEpisodes } from '../../../shared/detection/told-episodes';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { SourceWork } from '../plan-batch';

const DAY_MS = 86_400_000;
/** An episode or silence that began longer ago than this before the loss is not found; nor among more events than these. */
const LOOK_BACK_MS = 7 * DAY_MS;
const EVENTS_MAX = 1_000;

export interface Told {
  /** Fields of the source's state that agree with it. */
  readonly fields: StateFields;
  /** Stored by an attempt at this batch, or what follows of it, that died, perhaps before it was published. */
  readonly untold: readonly AnomalyEvent[];
}

/**
 * What was decided of a source and is still open: episodes, and a silence that the batch ends. What an attempt at this very
 * batch decided is among it: from a memory filled again it might not be decided a second time.
 *
 * @param replayed the state after its rows were learnt again, and those rows, at least one
 * @param hasWatch is it known whether the source is missed?
 */
export async function toldBefore(
  { source, points }: SourceWork,
  replayed: StateFields,
  rows: readonly RecentRow[],
  hasWatch: boolean,
  read: (query: Parameters<PointStore['readAnomalies']>[0]) => ReturnType<PointStore['readAnomalies']>,
): Promise<Told> {
  const newest = new Map<string | undefined, number>();
  for (const { metric, timestamp } of rows)
    for (const key of [metric, undefined]) newest.set(key, Math.max(newest.get(key) ?? timestamp, timestamp));
  const arrival = points[0]!.arrival;
  const from = newest.get(undefined)! - LOOK_BACK_MS;
  const events = await read({ source, from, limit: EVENTS_MAX });
  if (events.length === EVENTS_MAX) return { fields: new Map(), untold: [] };
  // What the watch over silence tells has the time of arrival, all else that of the data.
  const isOfWatch = ({ versions }: AnomalyEvent) => versions.model === SILENCE_MODEL;
  const told = events.filter((event) => !isOfWatch(event) || event.timestamp < arrival);
  const silence = told.filter(({ kind }) => kind === 'silence').at(-1);
  const fields = new Map(withToldEpisodes(replayed, told));
  if (silence?.phase === 'opened' && !hasWatch) fields.set(WATCH_FIELD, encodeWatch(missed(silence)));
  const isAfterRows = ({ metric, timestamp }: AnomalyEvent) =>
    timestamp > (newest.get(metric) ?? Number.NEGATIVE_INFINITY);
  const untold = told.filter((event) => !isOfWatch(event) && event.phase !== 'corrected' && isAfterRows(event));
  return { fields, untold };
}

/** Of a source that was missed before its memory was lost: it returns now. */
function missed({ timestamp, tags }: AnomalyEvent) {
  const watch = newWatch();
  watch.f64[F64.opened] = timestamp;
  return { ...watch, origin: { shard: '', tags } };
}
