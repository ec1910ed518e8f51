import type { Command } from 'commander';
import { aPort } from '../option-values';

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Says what this machine lacks to run Tidewatch, and how to get it.')
    .option('-d, --data <folder>', 'folder that is to hold state and results', '.tidewatch')
    .option('--http <port>', 'also check that this port can be listened on', aPort)
    .option('--json', 'the findings as JSON')
    .addHelpText('after', DOCTOR_HELP)
    .action(async (options) => {
      const { runDoctor } = await import('../doctor/run-doctor');
      process.exitCode = await runDoctor(options);
    });
}

const DOCTOR_HELP = `
Looks only: nothing is installed, changed or sent, and no secret is read out.

Exit codes:
  0  everything needed is there; optional parts may be missing
  1  something needed is missing
  2  wrong use

Examples:
  $ tidewatch doctor
  $ tidewatch doctor --data /var/lib/tidewatch --http 8787
  $ tidewatch doctor --json
`;
