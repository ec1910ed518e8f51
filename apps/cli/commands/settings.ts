import type { Command } from 'commander';
import type { KeptSettings, SettingsStore } from '../../../shared/detection/settings-store';
import type { SettingsDocument } from '../../../shared/domain/settings';
import { actorName, print } from '../alerting/where';
import { EXIT_CODES_HELP, UsageError } from '../exit-codes';
import { aWholeNumber } from '../option-values';
import { SETTINGS_WHERE_HELP, type SettingsWhere, withSettings, withSettingsWhere } from '../settings/where-settings';
import { textOf } from '../text-of';

interface ByFlags extends SettingsWhere {
  readonly by?: string;
  readonly why?: string;
}

export function registerSettings(program: Command): void {
  const settings = program
    .command('settings')
    .description('What detection is told: thresholds, lateness, silence; with every version that there was.');
  withSettingsWhere(settings.command('show').description('The document in force, or an earlier version of it.'))
    .argument('[version]', 'which', aWholeNumber)
    .action(async (version: number | undefined, flags: SettingsWhere) => {
      const shown = await withSettings(flags, (store) =>
        version === undefined ? store.read() : versionIn(store, version),
      );
      print([JSON.stringify(shown.document, null, 2)]);
    })
    .addHelpText('after', SETTINGS_WHERE_HELP + EXIT_CODES_HELP);
  withSettingsWhere(
    settings
      .command('apply <file>')
      .description('Puts a document in force: a run takes it within seconds, functions within a minute.'),
  )
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .option('--why <text>', 'for who reads the versions later')
    .action(async (file: string, flags: ByFlags) => {
      const { readSettingsDocument } = await import('../../../shared/domain/settings-document');
      const document = readSettingsDocument(textOf(file), file);
      print(await putInForce(flags, document, 'document'));
    })
    .addHelpText('after', APPLY_HELP + SETTINGS_WHERE_HELP + EXIT_CODES_HELP);
  withSettingsWhere(settings.command('versions').description('Who changed settings when, and why; newest first.'))
    .option('-n, --limit <number>', 'how many', aWholeNumber, 20)
    .action(async (flags: SettingsWhere & { limit: number }) => {
      const { versionLine } = await import('../settings/settings-words');
      print(
        await withSettings(flags, async (store) => {
          const { version } = await store.read();
          return (await store.versions(flags.limit)).map((one) => versionLine(one, one.version === version));
        }),
      );
    })
    .addHelpText('after', SETTINGS_WHERE_HELP + EXIT_CODES_HELP);
  withSettingsWhere(settings.command('revert').description('Puts an earlier version in force again, as the next one.'))
    .argument('<version>', 'which', aWholeNumber)
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .option('--why <text>', 'for who reads the versions later')
    .action(async (version: number, flags: ByFlags) => {
      const why = flags.why ?? `version ${version} again`;
      const { document } = await withSettings(flags, (store) => versionIn(store, version));
      print(await putInForce({ ...flags, why }, document, 'revert'));
    })
    .addHelpText('after', SETTINGS_WHERE_HELP + EXIT_CODES_HELP);
}

async function versionIn(store: SettingsStore, version: number): Promise<KeptSettings> {
  const found = await store.version(version);
  if (found === undefined)
    throw new UsageError(`there is no version ${version}; tidewatch settings versions shows which there are`);
  return found;
}

async function putInForce(
  flags: ByFlags,
  document: SettingsDocument,
  what: 'document' | 'revert',
): Promise<readonly string[]> {
  const { differenceLines } = await import('../settings/settings-words');
  return withSettings(flags, async (store) => {
    const inForce = await store.read();
    const lines = differenceLines(inForce.document, document);
    if (lines.length === 0) return [`version ${inForce.version} says the same already`];
    const author = { by: actorName(flags.by), why: flags.why ?? '', what };
    const { version } = await store.write(document, inForce.version, author);
    return [...lines, `version ${version} is in force (${store.where})`];
  });
}

const APPLY_HELP = `
A document is JSON; what it does not name is left as it is by default, or as the run was started. The last override that fits a
source wins. Those with an expiresAt do not count for what arrives from then on.
  {
    "version": 1,
    "defaults": { "timeZone": "Europe/Berlin" },
    "overrides": [
      { "sources": "pump-*", "settings": { "threshold": 0.6 }, "by": "anna", "why": "pumps hiccup" },
      { "sources": "fan-7", "settings": { "falseAlarmsPerWeek": 1 }, "expiresAt": "2027-01-31T00:00:00Z" }
    ]
  }
Its version is set when it is applied.
`;
