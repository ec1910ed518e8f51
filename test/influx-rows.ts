/** A row as it stands in the database. */
export interface InfluxRow {
  /** Tags and time, as text. */
  readonly key: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * All rows of a measurement, read without the product's own code.
 *
 * @param address as INFLUX_URL has it: `http://host:port/?db=name`
 * @param where of InfluxQL; absent: all of them
 */
export async function influxRows(
  address: string,
  measurement: string,
  tags: readonly string[],
  where?: string,
): Promise<InfluxRow[]> {
  const url = new URL(address);
  const query = new URL('/query', url.origin);
  query.searchParams.set('db', url.searchParams.get('db')!);
  query.searchParams.set(
    'q',
    `SELECT * FROM "${measurement}"${where === undefined ? '' : ` WHERE ${where}`} GROUP BY ${tags.join(', ')}`,
  );
  query.searchParams.set('epoch', 'ns');
  query.searchParams.set('chunked', 'true');
  const text = await (await fetch(query)).text();
  type Series = { tags: Record<string, string>; columns: string[]; values: unknown[][] };
  // Nanoseconds do not fit a double: the time column is kept as text.
  const exact = text.replace(/(\[)(\d{16,})(,)/g, '$1"$2"$3');
  const series = exact
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) =>
      (JSON.parse(line) as { results: { series?: Series[] }[] }).results.flatMap((result) => result.series ?? []),
    );
  return series.flatMap(({ tags: labels, columns, values }) =>
    values.map((row) => {
      const fields = Object.fromEntries(columns.map((column, i) => [column, row[i]]));
      return { key: `${JSON.stringify(labels)} ${String(fields['time'])}`, tags: labels, fields };
    }),
  );
}
