import type { Command } from 'commander';
import { EXIT_CODES_HELP } from '../exit-codes';
import {
  aFraction,
  aNumberOfDays,
  aNumberOfHours,
  aShare,
  aTimeZone,
  aWholeNumber,
  windowsOfPull,
} from '../option-values';

export function registerTrain(program: Command): void {
  program
    .command('train')
    .description(
      'Trains a model on past data with labels; it is registered, and becomes champion only if it is better on newer data.',
    )
    .option('-i, --input <file>', 'points: CSV, NDJSON or JSON, gzip or not; read several times')
    .option(
      '-d, --data <folder>',
      'or the points that a run on this machine has stored, and what people said of its alerts',
    )
    .option('-l, --labels <file>', 'JSON: what people know of stretches of time (see below)')
    .option('--prior <file>', 'what new series borrowed from like ones, as `start` was given it')
    .option('--inject <share>', 'of the weeks of sources, so many get faults of known kinds; 0: none', aShare, 0.1)
    .option('--models <folder>', 'registry', '.tidewatch/http/models')
    .option('--report <file>', 'JSON of all measures; - for standard output')
    .option('--time-column <name>', 'column that holds the time (default: found by name)')
    .option('--source-column <name>', 'column that names the source of a row (default: one called source)')
    .option('--time-zone <zone>', 'with --input: zone of times without one, and of hours of the day', aTimeZone, 'UTC')
    .option('--from <time>', 'train on nothing older (ISO 8601); what is older is still learnt by the engine')
    .option('--to <time>', 'use nothing from here on (ISO 8601)')
    .option('--sources <pattern>', 'train on these alone, test on all; * stands for anything')
    .option('--metrics <pattern>', 'train on these alone; * stands for anything')
    .option('--test-share <share>', 'share of the labelled windows, the newest, that test', aFraction, 0.4)
    .option('--gap-days <days>', 'time before the test part that is not trained on', aNumberOfDays, 1)
    .option('--pull <windows>', 'how strongly the model is held to the built-in one', windowsOfPull, 5)
    .option('--rows-max <rows>', 'unlabelled vectors to train on, sampled if there are more', aWholeNumber, 200_000)
    .option(
      '--leave-out-marked',
      'train on nothing that was judged without the model, or while a memory was being filled',
    )
    .option('--seed <number>', 'of the sample and of resampling', aWholeNumber, 1)
    .option(
      '--shadow-hours <hours>',
      'score live data beside the champion for so long first; 0: not',
      aNumberOfHours,
      0,
    )
    .option('--go-on <run>', 'judge such a run by the live data; with --input or --data: finish a run that was killed')
    .option('--json', 'the outcome and all measures as JSON')
    .option('-q, --quiet', 'no progress, the decision alone')
    .addHelpText('after', TRAIN_HELP + EXIT_CODES_HELP)
    .action(async (options) => {
      const { runTrain } = await import('../train/run-train');
      process.exitCode = await runTrain(options);
    });
}

const TRAIN_HELP = `
Labels: [{"source":"pump-17","from":"2026-03-01T08:00:00Z","to":"2026-03-01T12:00:00Z"},
         {"source":"pump-18","metric":"flow","from":…,"to":…,"verdict":"exclude"}]
"real" (what is meant when nothing is said): an alarm is due here. "exclude": neither learnt from nor counted.

The older labels train, the newer ones test. The champion and the new one see the same points; the
new one is promoted only if the gate finds it better. A refusal is a result: exit code 0, and nothing changes.
Exit code 1 when there was nothing to train on. What a run wrote, report.html among it, is in MODELS/runs/RUN.

Examples:
  $ tidewatch train --input history.csv.gz --labels labels.json
  $ tidewatch train --data .tidewatch/http
  $ tidewatch models list
`;
