import { QueryCommand, type TimestreamQueryClient } from '@aws-sdk/client-timestream-query';
import { type RetryOptions, withRetries } from '../with-retries';
import { classifiedFault } from './timestream-faults';

/** What the service has of one record, by column; what is not there is absent. */
export type Columns = Readonly<Record<string, string | undefined>>;

export interface Selection {
  readonly database: string;
  readonly table: string;
  readonly dimensions: Readonly<Record<string, string | undefined>>;
  /** Further conditions, in SQL. */
  readonly where?: readonly string[];
  /** Epoch milliseconds, inclusive. */
  readonly from: number | undefined;
  /** Epoch milliseconds, exclusive. */
  readonly to: number | undefined;
  readonly orderBy: string;
  readonly limit: number | undefined;
}

/** All records selected, in order, page by page. @throws {TransientFault} if they did not come in time */
export async function selected(
  client: TimestreamQueryClient,
  selection: Selection,
  retries: RetryOptions,
): Promise<readonly Columns[]> {
  const rows: Columns[] = [];
  const QueryString = sql(selection);
  let NextToken: string | undefined;
  do {
    const command = new QueryCommand({ QueryString, ...(NextToken === undefined ? {} : { NextToken }) });
    const page = await withRetries(retries, (timeoutMs) =>
      client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
        throw classifiedFault(error, timeoutMs);
      }),
    );
    const names = page.ColumnInfo!.map(({ Name }) => Name!);
    for (const { Data } of page.Rows!) {
      rows.push(Object.fromEntries(names.map((name, i) => [name, Data![i]!.ScalarValue])));
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return rows;
}

/** Epoch milliseconds of `2026-11-22 13:00:00.000000000`. */
export function milliseconds(time: string): number {
  return Date.parse(`${time.replace(' ', 'T').slice(0, 23)}Z`);
}

function sql({ database, table, dimensions, where: further = [], from, to, orderBy, limit }: Selection): string {
  const conditions = [
    ...Object.entries(dimensions).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name} = ${literal(value)}`],
    ),
    ...further,
    ...(from === undefined ? [] : [`time >= from_milliseconds(${Math.ceil(from)})`]),
    ...(to === undefined ? [] : [`time < from_milliseconds(${Math.ceil(to)})`]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const limited = limit === undefined ? '' : ` LIMIT ${limit}`;
  return `SELECT * FROM "${database}"."${table}"${where} ORDER BY ${orderBy}${limited}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
