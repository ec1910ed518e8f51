import { kindOf } from '../../shared/detection/explain';
import type { ModelScore } from '../../shared/detection/model';
import { type AnomalyEvent, severityOf } from '../../shared/domain/anomaly-event';
import { stableId } from '../../shared/domain/ids';
import type { PointRow } from '../../shared/domain/rows';
import { reasonsOf } from './reasons';

/** A degraded row as it was read, with the vector that it kept. */
export type DegradedRow = PointRow & { readonly features: readonly number[] };

/** A degraded row, and what the endpoint's model makes of it. */
export interface Amendment {
  readonly before: DegradedRow;
  readonly after: PointRow;
  readonly threshold: number;
}

/**
 * The next revision of a degraded row: scores and version of the endpoint's model, judged by the threshold and the hurdle of
 * then, and no vector any more.
 *
 * Past alarms are not replayed: the hurdle is what the alarms of then had left, which the built-in model had scored where
 * they were degraded as well. A row that has not kept its bar is judged by the settings of now, and stays held back if it was.
 */
export function amend(before: DegradedRow, { anomaly, alarm }: ModelScore, model: string, now: JudgedNow): Amendment {
  const { features: _, bar, ...kept } = before;
  const threshold = bar?.threshold ?? now.threshold;
  const settings = bar === undefined ? now.settings : before.versions.settings;
  const alarmScore = speaks(before, alarm) ? alarm : 0;
  const after: PointRow = {
    ...kept,
    anomalyScore: anomaly,
    alarmScore,
    isAnomaly: alarmScore >= threshold,
    degraded: false,
    revision: before.revision + 1,
    versions: { ...before.versions, model, settings },
  };
  return { before, after, threshold };
}

/** The next revision of a row that no model can score: as it was judged, and without the vector that would be tried again. */
export function unscorable({ features: _, bar: __, ...row }: DegradedRow): PointRow {
  return { ...row, revision: row.revision + 1 };
}

/** What has spoken speaks when it is as strong as then; comparing with the hurdle alone could differ by a rounding. */
function speaks({ alarmScore, bar }: DegradedRow, alarm: number): boolean {
  if (bar === undefined) return alarmScore > 0;
  return alarm > bar.hurdle || (alarmScore > 0 && alarm >= alarmScore);
}

/** By which settings a row is judged that has not kept its bar. */
export interface JudgedNow {
  readonly threshold: number;
  /** Version of the settings. */
  readonly settings: number;
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
