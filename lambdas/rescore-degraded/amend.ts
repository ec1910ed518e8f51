import { kindOf } from '../../shared/detection/explain';
import type { ModelScore } from '../../shared/detection/model';
import { type AnomalyEvent, severityOf, type Versions } from '../../shared/domain/anomaly-event';
import { stableId } from '../../shared/domain/ids';
import type { PointRow } from '../../shared/domain/rows';
import { reasonsOf } from './reasons';

/** A degraded row as it was read, with the vector that it kept. */
export type DegradedRow = PointRow & { readonly features: readonly number[] };

/** A degraded row, and what the endpoint's model makes of it. */
export interface Amendment {
  readonly before: DegradedRow;
  readonly after: PointRow;
  /** The threshold that `after` was judged by. */
  readonly threshold: number;
}

/**
 * The next revision of a degraded row: scores and versions of the endpoint's model, and no vector any more.
 *
 * Past alarms are not replayed. A row that an earlier alarm held back (alarm score 0) stays held back: what that alarm's
 * strength was is not known any more. A row whose alarm spoke speaks with the model's score.
 */
export function amend(before: DegradedRow, score: ModelScore, threshold: number, versions: Versions): Amendment {
  const { features: _, ...kept } = before;
  const alarmScore = before.alarmScore > 0 ? score.alarm : 0;
  const after: PointRow = {
    ...kept,
    anomalyScore: score.anomaly,
    alarmScore,
    isAnomaly: alarmScore >= threshold,
    degraded: false,
    revision: before.revision + 1,
    versions,
  };
  return { before, after, threshold };
}

export function changesVerdict({ before, after }: Amendment): boolean {
  return before.isAnomaly !== after.isAnomaly;
}

/** Corrects an event that was sent with the built-in model's scores: the same event, judged anew. */
export function correctionOf(sent: AnomalyEvent, { before, after, threshold }: Amendment): AnomalyEvent {
  const reasons = sent.contributions.length > 0 ? sent.contributions : reasonsOf(before.features);
  return {
    ...sent,
    id: correctedId(sent),
    phase: 'corrected',
    ...judgement(after, threshold),
    contributions: after.isAnomaly ? reasons : [],
    degraded: false,
  };
}

/**
 * Tells of a verdict that changed where no event had told of the point.
 *
 * @param earlier the last event of the episode that was open when the point came; absent: an episode of its own
 */
export function newsOf({ before, after, threshold }: Amendment, earlier: AnomalyEvent | undefined): AnomalyEvent {
  const { source, metric, timestamp, value, expected, lower, upper, warming } = after;
  const kind = earlier?.kind ?? kindOf(before.features);
  return {
    version: 1,
    id: correctedId({ source, metric, timestamp, kind }),
    episodeId: earlier?.episodeId ?? stableId('episode', source, metric, timestamp, kind),
    transition: earlier?.transition ?? 1,
    phase: 'corrected',
    kind,
    source,
    metric,
    // Rows keep no tags.
    tags: { ...earlier?.tags },
    timestamp,
    ...judgement(after, threshold),
    value,
    ...(expected === undefined ? {} : { expected }),
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
    contributions: after.isAnomaly ? [...reasonsOf(before.features)] : [],
    degraded: false,
    warming,
  };
}

/** The last event of the episode that a series had open at a time; events in order of time, then of transition. */
export function episodeAt(events: readonly AnomalyEvent[], row: PointRow): AnomalyEvent | undefined {
  const last = events.findLast(
    ({ metric, timestamp, phase }) => metric === row.metric && timestamp <= row.timestamp && phase !== 'corrected',
  );
  return last?.phase === 'closed' ? undefined : last;
}

function correctedId({
  source,
  metric,
  timestamp,
  kind,
}: Pick<AnomalyEvent, 'source' | 'metric' | 'timestamp' | 'kind'>) {
  return stableId('event', source, metric, timestamp, kind, 'corrected');
}

function judgement({ anomalyScore, alarmScore, versions }: PointRow, threshold: number) {
  return { anomalyScore, alarmScore, threshold, severity: severityOf(alarmScore), versions };
}
