import type { Command } from 'commander';
import { EXIT_CODES_HELP } from '../exit-codes';
import { aTimeZone } from '../option-values';

export function registerPrior(program: Command): void {
  program
    .command('prior')
    .description('Learns from the past of many series what a new one of the same name may begin with.')
    .requiredOption('-i, --input <file>', 'CSV, NDJSON or JSON, gzip or not; - for standard input')
    .requiredOption('-o, --output <file>', 'JSON; - for standard output')
    .option('--name <name>', 'what the prior is called', 'prior')
    .option('--time-column <name>', 'column that holds the time (default: found by name)')
    .option('--source-column <name>', 'column that names the source of a row (default: one called source)')
    .option('--time-zone <zone>', 'zone of times without one, and of hours of the day', aTimeZone, 'UTC')
    .option('-q, --quiet', 'no summary')
    .addHelpText('after', PRIOR_HELP + EXIT_CODES_HELP)
    .action(async (options) => {
      const { runPrior } = await import('../prior/run-prior');
      process.exitCode = await runPrior(options);
    });
}

const PRIOR_HELP = `
Of each metric that three sources or more have measured 300 times: how large its statistics are while it
is young, how its values spread, and what is usual at each hour of the day. A new series of that name
whose first value lies in that range is then judged by these from its twentieth value on, and by its own
history as that grows. The same rows always give the same prior.

Examples:
  $ tidewatch prior --input last-month.csv.gz --source-column machine --output prior.json
  $ tidewatch score --input new-machine.csv --prior prior.json --output scores.csv
  $ tidewatch start --http 8086 --prior prior.json
`;
