import type { Command } from 'commander';
import { EXIT_CODES_HELP } from '../exit-codes';
import { addSettingsOptions } from '../settings-options';

export function registerScore(program: Command): void {
  const command = program
    .command('score')
    .description('Scores every row of a file: how strange it is, judged by the rows before it.')
    .requiredOption('-i, --input <file>', 'CSV, NDJSON or JSON, gzip or not; - for standard input')
    .requiredOption('-o, --output <file>', 'CSV; - for standard output')
    .option('-p, --plot <file.svg>', 'SVG of the series, the expected band and the anomalies')
    .option('--time-column <name>', 'column that holds the time (default: found by name: timestamp, time, date …)')
    .option('--source-column <name>', 'column that names the source of a row (default: one called source)');
  addSettingsOptions(command, 'row')
    .option('-q, --quiet', 'no progress and no summary, only what went wrong')
    .addHelpText('after', SCORE_HELP + EXIT_CODES_HELP)
    .action(async (options) => {
      const { runScore } = await import('../score/run-score');
      process.exitCode = await runScore(options);
    });
}

const SCORE_HELP = `
Input:
  timestamp,value            one metric
  timestamp,<metric>,…       several metrics of one source
  timestamp,source,<metric>… several sources: one detector each, all in memory
  {"source":…,"timestamp":…,"metrics":{…}}   one a line, or an array of them
  Times are ISO 8601, YYYY-MM-DD HH:MM:SS, or epoch seconds or milliseconds. An empty cell, NaN or
  null was not measured. Columns of text are left out, with a note.

Output: one row for each row of the input, in order; the input's columns as they were, then
  anomaly_score   0 to 1, higher is stranger: for ranking and charts
  alarm_score     0 to 1, for alarms; 0 while an earlier alarm holds
  is_anomaly      1 when alarm_score reaches the threshold, else 0
  expected, lower, upper     of one metric: what was expected, and the band of the usual
  <metric>_anomaly_score     of several metrics; the three above are then the source's, for which a
                             metric's alarm counts less the more metrics there are
  With --false-alarms-per-week each series has a threshold of its own: high while it is young, then
  sinking. The number holds for series in which nothing is wrong; alarms on what is wrong come on top.
  Scores are empty in a row that was not judged: unreadable, nothing measured, a time that was there
  before, or one more than a day late. They are 0 while a series is too young to judge; the summary names
  those that stayed so to the end, each with its "7 of 20". It counts anomalous rows, and episodes of single
  metrics and of relations, which alarm on their own more often than they make a whole row anomalous.
  A score depends on the rows before it and never on those after it.

Examples:
  $ tidewatch score --input pump.csv --output scores.csv --plot scores.svg
  $ tidewatch score --input pump.csv --output scores.csv --false-alarms-per-week 1
  $ tidewatch score --input fleet.csv.gz --source-column machine --output scores.csv
  $ zcat pump.csv.gz | tidewatch score --input - --output - | awk -F, '$5 == 1'
`;
