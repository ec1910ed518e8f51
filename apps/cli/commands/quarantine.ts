import type { Command } from 'commander';
import { aPort, aWholeNumber } from '../option-values';
import type { ListFlags } from '../quarantine/list';
import { PLACE_HELP, type PlaceFlags, withPlace } from '../quarantine/place-options';
import type { RedriveFlags } from '../quarantine/redrive';

export function registerQuarantine(program: Command): void {
  const quarantine = program
    .command('quarantine')
    .description('What could not be used, and batches that were given up: look, and put them on the stream again.');
  withFilters(withPlace(quarantine.command('list').description('How much was set aside, for what, and the latest.')))
    .option('-a, --all', 'also what was redriven already')
    .option('--json', 'an object a line')
    .action(async (flags: PlaceFlags & ListFlags) => {
      const { withSetAside } = await import('../quarantine/place');
      const { listLines } = await import('../quarantine/list');
      const lines = await withSetAside(flags, process.env, (aside) => listLines(aside, flags, Date.now()));
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    })
    .addHelpText('after', LIST_HELP + PLACE_HELP);
  withPlace(
    quarantine
      .command('show <id>')
      .description('One object in quarantine with its body; the beginning of its id is enough.'),
  )
    .action(async (id: string, flags: PlaceFlags) => {
      const { withSetAside } = await import('../quarantine/place');
      const { showLines } = await import('../quarantine/show');
      const lines = await withSetAside(flags, process.env, (aside) => showLines(aside, id, Date.now()));
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    })
    .addHelpText('after', PLACE_HELP);
  withFilters(
    withPlace(
      quarantine
        .command('redrive')
        .description('Puts them on the stream again, marked; without --yes it only says what it would do.'),
    ),
  )
    .option('--failed', 'batches that were given up, in place of records in quarantine')
    .option('--stream <name>', 'stream of a deployment to put them on')
    .option('--http <port>', 'port of a run on this machine that goes on (tidewatch start --http)', aPort)
    .option('--attempts-max <number>', 'leaves alone what was put again so often', aWholeNumber, 3)
    .option('-y, --yes', 'do it')
    .action(async (flags: RedriveFlags) => {
      const { withSetAside } = await import('../quarantine/place');
      const { redrive } = await import('../quarantine/redrive');
      process.exitCode = await withSetAside(flags, process.env, (aside) =>
        redrive(aside, flags, process.env, Date.now),
      );
    })
    .addHelpText('after', REDRIVE_HELP + PLACE_HELP);
}

function withFilters(command: Command): Command {
  return command
    .option('--reason <reason>', 'only records in quarantine for this, as invalid-field')
    .option('--field <path>', 'only records in quarantine for this field, as metrics.temperature')
    .option('--source <name>', 'only of this source, where its name can be told; of batches: with this partition key')
    .option('--since <time>', 'only what has come since: a duration (2h, 7d) or a time');
}

const LIST_HELP = `
Examples:
  $ tidewatch quarantine list --since 1d
  $ tidewatch quarantine list --bucket "$bucket" --reason invalid-field
`;

const REDRIVE_HELP = `
Each record goes on the stream with a mark that says where and when it came first: its time is judged by that, and what is
late by now is stored and marked late. What cannot be used this time either is set aside again, with how often it was tried.
Each record that was put is marked and left out the next time, also of a batch of which others were not put. Twice on the
stream does no harm: the first value of a time counts.

On one machine the run must have ended, or be told of with --http.

Examples:
  $ tidewatch quarantine redrive --reason too-far-in-past --since 1d
  $ tidewatch quarantine redrive --reason not-storable --yes
  $ tidewatch quarantine redrive --failed --bucket "$bucket" --stream tidewatch-dev-points --yes
`;
