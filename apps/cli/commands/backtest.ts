import type { Command } from 'commander';
import { print, readRulesFile } from '../alerting/where';
import type { HistoryOptions } from '../backtest/history-events';
import { EXIT, EXIT_CODES_HELP, UsageError } from '../exit-codes';
import { addSettingsOptions } from '../settings-options';

interface BacktestFlags extends HistoryOptions {
  readonly rules: string;
  readonly truth?: string;
  readonly all?: boolean;
}

export function registerBacktest(program: Command): void {
  const command = program
    .command('backtest')
    .description('Who would have been told what, had these rules been in force over a history.')
    .requiredOption('-i, --input <file>', 'history: CSV, NDJSON or JSON, gzip or not; - for standard input')
    .requiredOption('-r, --rules <file>', 'the document to try')
    .option('-t, --truth <file>', 'CSV of times in which something was wrong: from, to, and source, metric if known')
    .option('--time-column <name>', 'column that holds the time (default: found by name)')
    .option('--source-column <name>', 'column that names the source of a row (default: one called source)');
  addSettingsOptions(command, 'row')
    .option('-a, --all', 'show every notification')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', BACKTEST_HELP + EXIT_CODES_HELP)
    .action(async (flags: BacktestFlags) => {
      process.exitCode = await backtest(flags);
    });
}

async function backtest(flags: BacktestFlags): Promise<number> {
  const { historyEvents } = await import('../backtest/history-events');
  const { replayEvents } = await import('../backtest/replay');
  const { compareWithTruth, readTruth } = await import('../backtest/truth');
  const { backtestLines } = await import('../backtest/backtest-lines');
  const { document } = readRulesFile(flags.rules);
  const truth = flags.truth === undefined ? undefined : readTruth(flags.truth);
  const history = await historyEvents(flags);
  if (history.points === 0) throw new UsageError(`${flags.input} holds no data points that can be read`);
  const replay = await replayEvents(document, history.events, history.to);
  const comparison = truth && compareWithTruth(truth, replay.alerts, replay.toldAt);
  print(backtestLines(history, replay, comparison, flags.all ?? false));
  return history.rejected > 0 ? EXIT.someRejected : EXIT.ok;
}

const BACKTEST_HELP = `
The history goes through detection point by point, as tidewatch score does it, and the anomalies through the router that runs
live, in the time of the data: waits, repeats, windows and maintenance are those of that time. Nothing is sent and nothing
is kept. Sources that fall silent are not looked for.

An incident is a group from its first notification to its end. A fault is found when people were told of an alert that began
within it; an alert that they were told of outside of all faults is false.

Examples:
  $ tidewatch backtest --input history.csv --rules rules.yaml
  $ tidewatch backtest --input history.csv --rules rules.yaml --truth faults.csv
`;
