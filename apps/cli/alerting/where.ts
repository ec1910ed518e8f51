import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readDocument } from '../../../shared/alerting/document/read-document';
import type { AlertingDocument } from '../../../shared/alerting/document/schema';
import { currentRules } from '../../../shared/alerting/rules-store';
import type { AlertStore } from '../../../shared/alerting/store-port';
import { LOCAL_RULES } from '../../local/alerts/local-rules';
import { openDataFolder } from '../../local/live/data-folder';
import { UsageError } from '../exit-codes';

/** Where the state of alerts lies: a run's folder, or a table of a deployment. */
export interface WhereFlags {
  readonly data?: string;
  readonly table?: string;
}

export function withWhere(command: Command): Command {
  return command
    .option('-d, --data <folder>', 'the folder of a run on this machine (default: .tidewatch/demo)')
    .option('--table <name>', 'in place of a folder: the table of a deployment (or ALERTS_TABLE), in AWS_REGION');
}

export const WHERE_HELP = `
Environment:
  ALERTS_TABLE   the table of a deployment's alerts; AWS_REGION and credentials as for any AWS program
`;

/** @param isNew may there be none so far? */
export async function withStore<Result>(
  flags: WhereFlags,
  work: (store: AlertStore) => Promise<Result>,
  isNew = false,
): Promise<Result> {
  const store = await openStore(flags, isNew);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function openStore(flags: WhereFlags, isNew: boolean): Promise<AlertStore> {
  const { data } = flags;
  const named = tableOf(flags);
  if (named !== undefined) {
    const region = process.env['AWS_REGION'];
    if (!region) throw new UsageError('AWS_REGION must say where the table is');
    const { createDynamoDbAlertStore } = await import('../../../shared/adapters/dynamodb/dynamodb-alert-store');
    return createDynamoDbAlertStore({ region, table: named });
  }
  const folder = data ?? join('.tidewatch', 'demo');
  if (!isNew && !existsSync(join(folder, 'alerts.lmdb')))
    throw new UsageError(`${folder} holds no alerts: start a run on it (tidewatch start), or name another with --data`);
  const { openLmdbAlertStore } = await import('../../../shared/adapters/embedded/lmdb-alert-store');
  return openLmdbAlertStore(openDataFolder(folder).alertsFile);
}

function tableOf({ data, table }: WhereFlags): string | undefined {
  if (data !== undefined && table !== undefined) throw new UsageError('--data and --table exclude each other');
  return (table ?? (data === undefined ? process.env['ALERTS_TABLE'] : undefined)) || undefined;
}

/** A file of rules, checked. */
export function readRulesFile(file: string): { readonly text: string; readonly document: AlertingDocument } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  return { text, document: readDocument(text, file) };
}

/** Those that were applied, or those that a run on this machine has without any. A deployment has none then. */
export async function rulesInForce(
  store: AlertStore,
  flags: WhereFlags,
): Promise<{ readonly document: AlertingDocument; readonly version: number }> {
  const applied = await currentRules(store);
  if (applied !== undefined) return applied;
  const table = tableOf(flags);
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
