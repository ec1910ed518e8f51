/**
 * Tables take rows as they come, also twice; the views `points` and `anomalies` are what people and queries read: each row
 * once, names instead of numbers, timestamps as TIMESTAMP in UTC.
 *
 * Texts that repeat on every row (stream, shard, model) stand once in `labels`: that halves what a commit has to sync. A
 * label's number grows in the order of first use, so it also says which of two streams is the older one.
 */

/** Order of what a shard delivered. */
export const PLACE = `length(ltrim(sequence, '0')), ltrim(sequence, '0'), "index"`;
/** Which of several rows of one identity counts: the one with the earliest position. */
const EARLIEST = `stream, ${PLACE}, rowid`;
const SERIES_TIME = 'source, metric, timestamp_ms';

/** Rows that readers see: of each source, metric and timestamp the highest revision. Add a filter on these three before `QUALIFY`. */
export const ONCE = `QUALIFY row_number() OVER (PARTITION BY ${SERIES_TIME} ORDER BY revision DESC, ${EARLIEST}) = 1`;

export const EVENT_ONCE = 'QUALIFY row_number() OVER (PARTITION BY id ORDER BY rowid) = 1';

/** Bits of `flags`. */
export const FLAG = { isAnomaly: 1, late: 2, learning: 4, degraded: 8, warming: 16, unscored: 32 } as const;

export const SCHEMA = `
CREATE TABLE IF NOT EXISTS labels (id INTEGER, label VARCHAR);

CREATE TABLE IF NOT EXISTS points_raw (
  source VARCHAR, metric VARCHAR, timestamp_ms BIGINT, value DOUBLE, anomaly_score DOUBLE, alarm_score DOUBLE,
  expected DOUBLE, lower DOUBLE, upper DOUBLE, flags UTINYINT, features VARCHAR, revision INTEGER,
  model INTEGER, settings INTEGER, schema INTEGER, stream INTEGER, shard INTEGER, sequence VARCHAR, "index" INTEGER);

ALTER TABLE points_raw ADD COLUMN IF NOT EXISTS bar VARCHAR;

CREATE TABLE IF NOT EXISTS anomalies_raw (
  id VARCHAR, timestamp_ms BIGINT, source VARCHAR, metric VARCHAR, kind VARCHAR, phase VARCHAR, severity VARCHAR,
  value DOUBLE, expected DOUBLE, lower DOUBLE, upper DOUBLE, anomaly_score DOUBLE, alarm_score DOUBLE, threshold DOUBLE,
  why VARCHAR, episode_id VARCHAR, transition INTEGER, event VARCHAR);

CREATE OR REPLACE VIEW points AS
SELECT source, metric, epoch_ms(timestamp_ms) AS timestamp, value, anomaly_score, alarm_score,
  (flags & ${FLAG.isAnomaly}) <> 0 AS is_anomaly, expected, lower, upper,
  (flags & ${FLAG.late}) <> 0 AS late, (flags & ${FLAG.learning}) <> 0 AS learning,
  (flags & ${FLAG.degraded}) <> 0 AS degraded, (flags & ${FLAG.warming}) <> 0 AS warming,
  CAST(features AS DOUBLE[]) AS features, revision,
  model.label AS model, settings AS settings_version, schema AS schema_version,
  stream.label AS stream, shard.label AS shard, sequence, "index",
  (flags & ${FLAG.unscored}) <> 0 AS unscored
FROM (SELECT * FROM points_raw ${ONCE}) AS point
JOIN labels AS model ON model.id = point.model
JOIN labels AS stream ON stream.id = point.stream
JOIN labels AS shard ON shard.id = point.shard;

CREATE OR REPLACE VIEW anomalies AS
SELECT epoch_ms(timestamp_ms) AS timestamp, source, metric, kind, phase, severity, value, expected, lower, upper,
  anomaly_score, alarm_score, threshold, why, episode_id, transition, id, event
FROM (SELECT * FROM anomalies_raw ${EVENT_ONCE});
`;
