import type { Command } from 'commander';
import { ALARMS_PER_WEEK, aNumberOfPoints, aNumberPerWeek, aPositiveNumber } from '../option-values';

export function registerSize(program: Command): void {
  program
    .command('size')
    .description('What a deployment needs for a rate of points, and which of its parts is full first.')
    .requiredOption('--points-per-second <number>', 'data points of all sources together', aPositiveNumber)
    .option('--sources <number>', 'sources that send them (default: as many as the interval makes)', aPositiveNumber)
    .option('--metrics <number>', 'metrics of each source', aPositiveNumber, 3)
    .option('--interval <duration>', 'between two points of a source, as 10s, 5m or 1h (default: 10s)')
    .option('--env <name>', 'environment whose row is begun with', 'prod')
    .option('--points-per-record <number>', 'points of a source that producers put into a record', aNumberOfPoints, 1)
    .option('--alarms-per-week <number>', ALARMS_PER_WEEK, aNumberPerWeek)
    .option('--figures', 'also what the projection rests on, and who measured it')
    .option('--json', 'as JSON')
    .addHelpText('after', SIZE_HELP)
    .action(async (options) => {
      const { runSize } = await import('../size/run-size');
      runSize(options);
    });
}

const SIZE_HELP = `
A projection: what one machine was measured to do with a point, times the points, against limits of AWS as its pages give them.
Nothing is asked of AWS. The row is that of infra/config/environments.ts as it was when this clone was built (npm run build).
docs/scale.md has three sizes, and what is assumed.

Exit codes:
  0  told
  2  wrong use: an option or argument is missing or makes no sense

Examples:
  $ tidewatch size --points-per-second 100000
  $ tidewatch size --points-per-second 1000 --sources 500 --env dev
  $ tidewatch size --points-per-second 1000000 --points-per-record 6 --json
`;
