import type { PointStore, StateFields } from '../../../shared/detection/ports';
import { SILENCE_MODEL } from '../../../shared/detection/silence/silence-event';
import { encodeWatch, F64, newWatch, WATCH_FIELD } from '../../../shared/detection/silence/source-watch';
import { withToldEpisodes } from '../../../shared/detection/told-episodes';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { PointRow } from '../../../shared/domain/rows';
import type { SourceWork } from '../plan-batch';

const DAY_MS = 86_400_000;
/** An episode or silence that began longer ago than this before the loss is not found; nor among more events than these. */
const LOOK_BACK_MS = 7 * DAY_MS;
const EVENTS_MAX = 1_000;

/**
 * What people were told of a source and is still open, as fields of its state: episodes, and a silence that the batch ends.
 * Events of the batch itself, from an attempt that died, do not count: they are told again under the same ids.
 *
 * @param replayed the state after its rows were learnt again, and those rows, at least one
 */
export async function toldBefore(
  { source, points }: SourceWork,
  replayed: StateFields,
  rows: readonly PointRow[],
  store: Pick<PointStore, 'readAnomalies'>,
): Promise<StateFields> {
  const newest = new Map<string | undefined, number>();
  for (const { metric, timestamp } of rows)
    for (const key of [metric, undefined]) newest.set(key, Math.max(newest.get(key) ?? timestamp, timestamp));
  const last = newest.get(undefined)!;
  const arrival = points[0]!.arrival;
  const from = last - LOOK_BACK_MS;
  const events = await store.readAnomalies({ source, from, to: Math.max(last + 1, arrival), limit: EVENTS_MAX });
  if (events.length === EVENTS_MAX) return new Map();
  // What the watch over silence tells has the time of arrival, all else that of the data.
  const before = events.filter(({ versions, metric, timestamp }) =>
    versions.model === SILENCE_MODEL
      ? timestamp < arrival
      : timestamp <= (newest.get(metric) ?? Number.NEGATIVE_INFINITY),
  );
  const silence = before.filter(({ kind }) => kind === 'silence').at(-1);
  const fields = new Map(withToldEpisodes(replayed, before));
  if (silence?.phase === 'opened') fields.set(WATCH_FIELD, encodeWatch(missed(silence)));
  return fields;
}

/** Of a source that was missed before its memory was lost: it returns now. */
function missed({ timestamp, tags }: AnomalyEvent) {
  const watch = newWatch();
  watch.f64[F64.opened] = timestamp;
  return { ...watch, origin: { shard: '', tags } };
}
