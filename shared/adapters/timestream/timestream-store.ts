import { TimestreamQueryClient } from '@aws-sdk/client-timestream-query';
import {
  type _Record as Record_,
  TimestreamWriteClient,
  type TimestreamWriteClientConfig,
} from '@aws-sdk/client-timestream-write';
import { type DegradedRows, type PointStore, RowsRefused } from '../../detection/ports';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { PointRow } from '../../domain/rows';
import { awsClientConfig } from '../aws/aws-client';
import { inOrder } from '../in-order';
import { NEWEST_SPARE, newestWhole } from '../newest-whole';
import { type RowFields, rowOfFields } from '../row-fields';
import { storableRows } from '../storable-rows';
import { type Columns, milliseconds, selected } from './timestream-query';
import { EVENT_ATTRIBUTES, eventOfColumns, eventRecord, POINT_ATTRIBUTES, pointRecord } from './timestream-records';
import { type TimestreamTable, writeRecords } from './timestream-write';

export interface TimestreamStoreOptions {
  readonly region: string;
  readonly database: string;
  /** Tables, both with magnetic store writes enabled: late points are older than the memory store keeps. */
  readonly pointsTable?: string;
  readonly anomaliesTable?: string;
  /** For one call of the store and each of its parts, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
  /** For one request. */
  readonly attemptTimeoutMs?: number;
  /** Calls of a hundred records at the same time. */
  readonly concurrency?: number;
  /** Absent: the SDK's own chain, which in a Lambda function is its role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Absent: Node's HTTPS, to the addresses that the service tells. */
  readonly requestHandler?: NonNullable<TimestreamWriteClientConfig['requestHandler']>;
}

const DEFAULTS = {
  pointsTable: 'points',
  anomaliesTable: 'anomalies',
  timeoutMs: 10_000,
  attemptTimeoutMs: 3_000,
  concurrency: 8,
};

/**
 * Points and anomalies in Timestream LiveAnalytics: multi-measure records, dimensions source and metric (events: id too).
 *
 * Where it differs from other stores: positions are not compared; of a source, metric and timestamp the highest revision stays,
 * then the row on time, then the one written first. Timestamps lie in the years 1677 to 2262 and within the tables' retention;
 * others are refused. What reaches the magnetic store at once is checked later: such rejections go to the table's S3 report.
 *
 * Writes reject with a TransientFault when not durable in time, with {@link RowsRefused} when some rows will never be
 * taken (all others are durable), with TimestreamRefusal when the service refuses everything.
 */
export function createTimestreamStore(options: TimestreamStoreOptions): PointStore & DegradedRows {
  const settings = { ...DEFAULTS, ...options };
  const { database, pointsTable, anomaliesTable, timeoutMs, attemptTimeoutMs, concurrency } = settings;
  const retries = { part: 'store', timeoutMs, attemptTimeoutMs };
  const [writing, reading] = clients(settings);
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;
  const whileOpen = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (closed !== undefined) return Promise.reject(new Error('the store is closed'));
    const mine = work();
    underWay.add(mine);
    const done = () => underWay.delete(mine);
    mine.then(done, done);
    return mine;
  };
  const write = async <Row extends PointRow | AnomalyEvent>(
    rows: readonly Row[],
    table: Pick<TimestreamTable, 'TableName' | 'CommonAttributes'>,
    recordOf: (row: Row) => Record_,
  ) => {
    const { forms: records, kept, refused } = storableRows(rows, recordOf);
    const into = { DatabaseName: database, ...table };
    for (const { at, reason } of await writeRecords(writing, into, records, concurrency, retries)) {
      refused.push({ row: kept[at]!, reason });
    }
    if (refused.length > 0) throw new RowsRefused(refused);
  };
  return {
    writePoints: (rows) =>
      whileOpen(() => write(rows, { TableName: pointsTable, CommonAttributes: POINT_ATTRIBUTES }, pointRecord)),
    writeAnomalies: (events) =>
      whileOpen(() => write(events, { TableName: anomaliesTable, CommonAttributes: EVENT_ATTRIBUTES }, eventRecord)),
    readPoints: ({ source, metric, from, to, limit }) =>
      whileOpen(async () => {
        const what = { database, table: pointsTable, dimensions: { source, metric }, orderBy: 'time' };
        return (await selected(reading, { ...what, from, to, limit }, retries)).map(pointOfColumns);
      }),
    readRecent: (queries, withinMs = timeoutMs) =>
      whileOpen(async () => {
        const limits = { ...retries, timeoutMs: Math.min(timeoutMs, withinMs) };
        return inOrder(queries, concurrency, async ({ source, limit }) => {
          const what = { database, table: pointsTable, dimensions: { source }, orderBy: 'time DESC' };
          const columns = await selected(
            reading,
            { ...what, from: undefined, to: undefined, limit: limit + NEWEST_SPARE },
            limits,
          );
          return newestWhole(columns.map(pointOfColumns).reverse(), limit);
        });
      }),
    readDegraded: ({ schema, from, limit }) =>
      whileOpen(async () => {
        // The table has one record of an identity, the one that readers see.
        const where = ['degraded = true', 'features IS NOT NULL'];
        const what = { database, table: pointsTable, dimensions: {}, where, orderBy: 'time, source, metric' };
        for (let asked = limit; ; asked *= 2) {
          const rows = (await selected(reading, { ...what, from, to: undefined, limit: asked }, retries)).map(
            pointOfColumns,
          );
          const fitting = rows.filter(({ features, versions }) => features !== undefined && versions.schema === schema);
          if (fitting.length >= limit || rows.length < asked) return fitting.slice(0, limit);
        }
      }),
    readAnomalies: ({ source, from, to, limit }, withinMs = timeoutMs) =>
      whileOpen(async () => {
        const limits = { ...retries, timeoutMs: Math.min(timeoutMs, withinMs) };
        const what = { database, table: anomaliesTable, dimensions: { source }, orderBy: 'time, transition, id' };
        return (await selected(reading, { ...what, from, to, limit }, limits)).map(eventOfColumns);
      }),
    close() {
      closed ??= Promise.allSettled(underWay).then(() => {
        writing.destroy();
        reading.destroy();
      });
      return closed;
    },
  };
}

function pointOfColumns(columns: Columns): PointRow {
  const { source, metric, time } = columns as Readonly<Record<'source' | 'metric' | 'time', string>>;
  return rowOfFields(source, metric, milliseconds(time), columns as Record<keyof RowFields, unknown>);
}

function clients(settings: TimestreamStoreOptions & typeof DEFAULTS) {
  const { credentials, requestHandler } = settings;
  const config = {
    ...awsClientConfig(settings),
    ...(requestHandler === undefined ? {} : { requestHandler }),
    ...(credentials === undefined ? {} : { credentials }),
  };
  return [new TimestreamWriteClient(config), new TimestreamQueryClient(config)] as const;
}
