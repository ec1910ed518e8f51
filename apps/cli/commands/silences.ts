import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { readDuration } from '../../../shared/alerting/document/durations';
import { actorName, print, WHERE_HELP, type WhereFlags, withStore, withWhere } from '../alerting/where';
import { EXIT_CODES_HELP, UsageError } from '../exit-codes';

interface AddFlags extends WhereFlags {
  readonly for: string;
  readonly reason: string;
  readonly by?: string;
}

export function registerSilences(program: Command): void {
  const silences = program.command('silences').description('What people mute for a time.');
  withWhere(silences.command('list').description('Silences that have not ended.'))
    .action(async (flags: WhereFlags) => {
      const { currentSilences } = await import('../../../shared/alerting/silences');
      const { silenceTable } = await import('../alerting/alert-lines');
      print(silenceTable(await withStore(flags, (store) => currentSilences(store, Date.now())), Date.now()));
    })
    .addHelpText('after', WHERE_HELP + EXIT_CODES_HELP);
  withWhere(silences.command('preview <condition...>').description('Which alerts of now a silence would mute.'))
    .action(async (conditions: string[], flags: WhereFlags) => {
      print(await previewLines(conditions, flags));
    })
    .addHelpText('after', CONDITIONS_HELP + WHERE_HELP + EXIT_CODES_HELP);
  withWhere(silences.command('add <condition...>').description('Mutes alerts that fit, for a time.'))
    .requiredOption('--for <duration>', 'how long, as 30m, 2h or 7d')
    .requiredOption('--reason <text>', 'why, for those who miss an alert')
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .action(async (conditions: string[], flags: AddFlags) => {
      const { addSilence } = await import('../../../shared/alerting/silences');
      const { matchOf } = await import('../alerting/conditions');
      const lasts = readDuration(flags.for);
      if (lasts === undefined || lasts === 0)
        throw new UsageError(`--for: "${flags.for}" is no duration; write it like 30m, 2h or 7d`);
      const preview = await previewLines(conditions, flags);
      const now = Date.now();
      const added = await withStore(
        flags,
        (store) =>
          addSilence(
            store,
            randomBytes(4).toString('hex'),
            {
              match: matchOf(conditions),
              startsAt: now,
              endsAt: now + lasts,
              by: actorName(flags.by),
              reason: flags.reason,
            },
            now,
          ).catch((error: unknown) => {
            throw error instanceof RangeError ? new UsageError(error.message) : error;
          }),
        true,
      );
      print([`silence ${added.id} until ${new Date(added.endsAt).toISOString()}`, ...preview]);
    })
    .addHelpText('after', CONDITIONS_HELP + WHERE_HELP + EXIT_CODES_HELP);
  withWhere(silences.command('expire <id>').description('Ends a silence now.'))
    .action(async (id: string, flags: WhereFlags) => {
      const { expireSilence } = await import('../../../shared/alerting/silences');
      const ended = await withStore(flags, (store) => expireSilence(store, id, Date.now()));
      if (ended === undefined)
        throw new UsageError(`no silence ${id} mutes anything; tidewatch silences list shows which do`);
      print([`silence ${id} has ended`]);
    })
    .addHelpText('after', WHERE_HELP + EXIT_CODES_HELP);
}

async function previewLines(conditions: readonly string[], flags: WhereFlags): Promise<string[]> {
  const { openAlerts, wouldMute } = await import('../../../shared/alerting/silences');
  const { alertTable } = await import('../alerting/alert-lines');
  const { matchOf } = await import('../alerting/conditions');
  const match = matchOf(conditions);
  return withStore(
    flags,
    async (store) => {
      const open = await openAlerts(store);
      const muted = wouldMute(match, open);
      const count = `${muted.length} of ${open.length} ${open.length === 1 ? 'alert' : 'alerts'}`;
      return [`mutes ${count} now`, ...(muted.length > 0 ? alertTable(muted, Date.now()) : [])];
    },
    true,
  );
}

const CONDITIONS_HELP = `
Conditions are name=pattern, and all must fit: source, metric, kind, severity, owner, rule, direction, minScore, tags.NAME.
A pattern is a text, a text with *, an expression between slashes, or any of them after ! for the opposite.

Examples:
  $ tidewatch silences preview source='pump-*' tags.site=berlin
  $ tidewatch silences add source='pump-*' tags.site=berlin --for 2h --reason 'pumps are serviced'
`;
