import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readDocument } from '../../../shared/alerting/document/read-document';
import type { AlertingDocument } from '../../../shared/alerting/document/schema';
import { currentRules } from '../../../shared/alerting/rules-store';
import type { AlertStore } from '../../../shared/alerting/store-port';
import { LOCAL_RULES } from '../../local/alerts/local-rules';
import { openDataFolder } from '../../local/live/data-folder';
import { closedAfter, type PlaceFlags, placeHelp, placeName, placeRegion, withPlace } from '../deployed-place';
import { UsageError } from '../exit-codes';
import { textOf } from '../text-of';

const TABLE = { flag: 'table', variable: 'ALERTS_TABLE', words: 'the table of a deployment' } as const;

/** Where the state of alerts lies: a run's folder, or a table of a deployment. */
export type WhereFlags = PlaceFlags<'table'>;

export const withWhere = (command: Command) => withPlace(command, TABLE);
export const WHERE_HELP = placeHelp(TABLE);

/** @param isNew may there be none so far? */
export async function withStore<Result>(
  flags: WhereFlags,
  work: (store: AlertStore) => Promise<Result>,
  isNew = false,
): Promise<Result> {
  return closedAfter(await openStore(flags, isNew), work);
}

async function openStore(flags: WhereFlags, isNew: boolean): Promise<AlertStore> {
  const table = placeName(TABLE, flags);
  if (table !== undefined) {
    const region = placeRegion(TABLE);
    const { createDynamoDbAlertStore } = await import('../../../shared/adapters/dynamodb/dynamodb-alert-store');
    return createDynamoDbAlertStore({ region, table });
  }
  const folder = flags.data ?? join('.tidewatch', 'demo');
  if (!isNew && !existsSync(join(folder, 'alerts.lmdb')))
    throw new UsageError(`${folder} holds no alerts: start a run on it (tidewatch start), or name another with --data`);
  const { openLmdbAlertStore } = await import('../../../shared/adapters/embedded/lmdb-alert-store');
  return openLmdbAlertStore(openDataFolder(folder).alertsFile);
}

/** A file of rules, checked. */
export function readRulesFile(file: string): { readonly text: string; readonly document: AlertingDocument } {
  const text = textOf(file);
  return { text, document: readDocument(text, file) };
}

/** Those that were applied, or those that a run on this machine has without any. A deployment has none then. */
export async function rulesInForce(
  store: AlertStore,
  flags: WhereFlags,
): Promise<{ readonly document: AlertingDocument; readonly version: number }> {
  const applied = await currentRules(store);
  if (applied !== undefined) return applied;
  const table = placeName(TABLE, flags);
  if (table !== undefined)
    throw new UsageError(`no rules are applied to ${table}, so nobody is told of anything: tidewatch rules apply FILE`);
  return { document: readDocument(LOCAL_RULES), version: 0 };
}

/** Who acts, for logs: `--by`, else the user of this machine. */
export function actorName(by: string | undefined): string {
  return by ?? process.env['USER'] ?? process.env['USERNAME'] ?? 'somebody';
}

export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
