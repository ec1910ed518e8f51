import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertStore } from '../../../shared/alerting/store-port';
import { type GivenVerdict, listVerdicts } from '../../../shared/alerting/verdicts';
import { openDataFolder } from '../../local/live/data-folder';
import { type OpenedPast, openPast } from '../../local/past/open-past';
import { withStore } from '../alerting/where';
import { UsageError } from '../exit-codes';
import { bucketOf, existingFolder, type SettingsWhere } from '../settings/where-settings';

/** Where settings, verdicts and rows lie: a run's folder, or the bucket, table and store of a deployment. */
export interface ThresholdWhere extends SettingsWhere {
  readonly table?: string;
}

export const THRESHOLD_WHERE_HELP = `
Environment:
  SETTINGS_BUCKET, ALERTS_TABLE
               settings and verdicts of a deployment; AWS_REGION and credentials as for any AWS program
  INFLUX_URL   where its rows are, or those of a run that was started with it: http://host:8086/?db=NAME, or with version 2
               https://host:8086/?org=NAME&bucket=NAME and its token in INFLUX_TOKEN
`;

/** Where a proposal is kept unless a file is named. */
export function proposalFileOf(where: ThresholdWhere): string {
  return bucketOf(where) === undefined
    ? openDataFolder(existingFolder(where)).proposalFile
    : join('.tidewatch', 'threshold-proposal.json');
}

/** What people said of alerts in a time; nothing, where nobody was ever told of anything. */
export async function verdictsIn(
  where: ThresholdWhere,
  range: { readonly from: number; readonly to: number },
): Promise<readonly GivenVerdict[]> {
  const list = (store: AlertStore) => listVerdicts(store, range);
  if (bucketOf(where) === undefined) {
    const folder = existingFolder(where);
    return existsSync(openDataFolder(folder).alertsFile) ? withStore({ data: folder }, list) : [];
  }
  const table = where.table ?? process.env['ALERTS_TABLE'];
  if (!table) throw new UsageError('ALERTS_TABLE or --table must name the table of alerts beside the settings bucket');
  return withStore({ table }, list);
}

export async function openRows(where: ThresholdWhere): Promise<OpenedPast> {
  const { INFLUX_URL: url, INFLUX_TOKEN: token } = process.env;
  if (url) {
    const { createInfluxStore } = await import('../../../shared/adapters/influx/influx-store');
    const { influxTarget } = await import('../../../shared/adapters/influx/influx-options');
    // A person waits longer than a function may.
    return createInfluxStore({ target: influxTarget('INFLUX_URL', url, token), timeoutMs: 60_000 });
  }
  if (bucketOf(where) !== undefined) throw new UsageError('INFLUX_URL must say where the rows of the deployment are');
  const folder = existingFolder(where);
  const past = await openPast(openDataFolder(folder));
  if (past === undefined)
    throw new UsageError(`${folder} holds no points: start a run on it (tidewatch start), or name another with --data`);
  return past;
}
