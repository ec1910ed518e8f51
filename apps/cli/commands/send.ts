import type { Command } from 'commander';
import { aNumberOfPoints, anHttpUrl, aTimeZone } from '../option-values';

export function registerSend(program: Command): void {
  program
    .command('send')
    .description('Puts the data points of a file on a Kinesis stream, keyed by source, in order within each source.')
    .requiredOption('-i, --input <file>', 'CSV, NDJSON or JSON, gzip or not; - for standard input')
    .requiredOption('--stream <name>', 'name or ARN of the stream')
    .option('--region <region>', 'AWS region (default: AWS_REGION, AWS_DEFAULT_REGION, then the profile)')
    .option('--endpoint-url <url>', 'call this instead of the region: a VPC endpoint or an emulator', anHttpUrl)
    .option('--points-per-record <number>', 'points of a source that may share a record', aNumberOfPoints, 100)
    .option('--time-column <name>', 'CSV: column that holds the time (default: found by name)')
    .option('--source-column <name>', 'CSV: column that names the source of a row (default: one called source)')
    .option('--time-zone <zone>', 'zone of times without one', aTimeZone, 'UTC')
    .option('-q, --quiet', 'no progress and no summary, only what went wrong')
    .addHelpText('after', SEND_HELP)
    .action(async (options) => {
      const { runSend } = await import('../send/run-send');
      process.exitCode = await runSend(options, process.env);
    });
}

const SEND_HELP = `
The file is read as by tidewatch score. Credentials are found as every AWS tool finds them; the permission
needed is kinesis:PutRecords. An endpoint that is not at AWS gets dummy credentials and never yours.

Records that Kinesis does not take are sent again for a minute, after growing pauses. If one is given up,
sending stops and the message says from which line on rows may be missing: send those again. A row that is
on the stream twice does no harm, the first value of a time counts.

Ctrl-C ends after what is under way and says how far it came; a second one ends at once.

Environment:
  AWS_ENDPOINT_URL_KINESIS, AWS_ENDPOINT_URL    as --endpoint-url

Exit codes:
  0  every row is on the stream
  1  failed: the message says why, and from which line on rows may be missing
  2  wrong use: an option or argument is missing or makes no sense
  3  done, but some rows could not be read; all others are on the stream
  130, 143  stopped by Ctrl-C or SIGTERM

Examples:
  $ tidewatch send --input pump.csv --stream points --region eu-central-1
  $ zcat fleet.ndjson.gz | tidewatch send --input - --stream points
  $ tidewatch send --input pump.csv --stream points --endpoint-url http://127.0.0.1:4566
`;
