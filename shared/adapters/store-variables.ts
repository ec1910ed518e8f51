import { z } from 'zod';
import type { DegradedRows, PointStore } from '../detection/ports';
import type { Secrets } from './aws/secrets';
import { influxTarget } from './influx/influx-options';
import { createInfluxStore } from './influx/influx-store';
import { createTimestreamStore } from './timestream/timestream-store';

/** What a deployed function's environment says of the time-series store: which kind, and what that kind needs. */
export const StoreVariables = z.discriminatedUnion('STORE', [
  z.object({
    STORE: z.literal('influx'),
    /** As `https://host:8086/?org=acme&bucket=points` or `http://host:8086/?db=points`, without credentials. */
    INFLUX_URL: z.string(),
    /** Which secret holds the token; absent: the server asks for none. */
    INFLUX_TOKEN_SECRET: z.string().optional(),
  }),
  z.object({
    STORE: z.literal('timestream'),
    TIMESTREAM_DATABASE: z.string(),
    TIMESTREAM_POINTS_TABLE: z.string().default('points'),
    TIMESTREAM_ANOMALIES_TABLE: z.string().default('anomalies'),
  }),
]);

/** Opens what they describe. */
export async function openStore(
  variables: z.output<typeof StoreVariables>,
  region: string,
  secrets: Secrets,
): Promise<PointStore & DegradedRows> {
  if (variables.STORE === 'influx') {
    const { INFLUX_URL, INFLUX_TOKEN_SECRET } = variables;
    const token = INFLUX_TOKEN_SECRET === undefined ? undefined : await secrets(INFLUX_TOKEN_SECRET);
    return createInfluxStore({ target: influxTarget('INFLUX_URL', INFLUX_URL, token) });
  }
  const { TIMESTREAM_DATABASE, TIMESTREAM_POINTS_TABLE, TIMESTREAM_ANOMALIES_TABLE } = variables;
  return createTimestreamStore({
    region,
    database: TIMESTREAM_DATABASE,
    pointsTable: TIMESTREAM_POINTS_TABLE,
    anomaliesTable: TIMESTREAM_ANOMALIES_TABLE,
  });
}
