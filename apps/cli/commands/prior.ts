import type { Command } from 'commander';
import { EXIT_CODES_HELP } from '../exit-codes';
import { aMoment, aPositiveNumber, aTimeZone, aWholeNumber } from '../option-values';

export function registerPrior(program: Command): void {
  program
    .command('prior')
    .description('Learns from the past of many series what a new one of the same name may begin with.')
    .option('-i, --input <file>', 'CSV, NDJSON or JSON, gzip or not; - for standard input')
    .option('-a, --archive <place>', 'or the archive of a deployment: s3://BUCKET, or a folder with a copy of it')
    .requiredOption('-o, --output <file>', 'JSON; - for standard output')
    .option('--name <name>', 'what the prior is called', 'prior')
    .option('--time-column <name>', 'column that holds the time (default: found by name)')
    .option('--source-column <name>', 'column that names the source of a row (default: one called source)')
    .option('--time-zone <zone>', 'zone of times without one, and of hours of the day', aTimeZone, 'UTC')
    .option('--settings <file>', 'in place of a zone: the settings by which the points are judged live')
    .option('--from <time>', 'of an archive: nothing older', aMoment)
    .option('--to <time>', 'of an archive: nothing from here on', aMoment)
    .option(
      '--points-max <number>',
      'of an archive: of more points, a sample of the sources',
      aPositiveNumber,
      POINTS_MAX,
    )
    .option('--series-max <number>', 'of more series, a sample of the sources; 10 KB each', aPositiveNumber, 100_000)
    .option('--seed <number>', 'of that sample', aWholeNumber, 1)
    .option('-q, --quiet', 'no summary')
    .addHelpText('after', PRIOR_HELP + EXIT_CODES_HELP)
    .action(async (options) => {
      const { runPrior } = await import('../prior/run-prior');
      process.exitCode = await runPrior(options);
    });
}

const POINTS_MAX = 100_000_000;

const PRIOR_HELP = `
Of each metric that three sources or more have measured 300 times: how large its statistics are while it
is young, how its values spread, and what is usual at each hour of the day. A new series of that name
whose first value lies in that range is then judged by these from its twentieth value on, and by its own
history as that grows. The same rows always give the same prior.

An archive is read as training reads it: each point once, in the order of its source, whatever the order of files. Temporary files
take about 100 bytes a point of one metric, in the folder that TMPDIR names. A bucket takes AWS_REGION, and credentials as any AWS
program, which may s3:ListBucket and s3:GetObject there, and kms:Decrypt where it has a key of its own.

Examples:
  $ tidewatch prior --input last-month.csv.gz --source-column machine --output prior.json
  $ tidewatch prior --archive s3://BUCKET --from 2026-11-01T00:00:00Z --settings settings.json --output fleet-prior.json
  $ tidewatch score --input new-machine.csv --prior prior.json --output scores.csv
  $ tidewatch start --http 8086 --prior prior.json
`;
