import type { Command } from 'commander';
import { ALARMS_PER_WEEK, aNumberOfPoints, aNumberPerWeek, aPositiveNumber } from '../option-values';

export function registerCost(program: Command): void {
  program
    .command('cost')
    .description('What a deployment costs a month under a load, where the money goes, and whether it carries the load.')
    .requiredOption('--sources <number>', 'sources that send points', aPositiveNumber)
    .option('--metrics <number>', 'metrics of each source', aPositiveNumber, 1)
    .option('--interval <duration>', 'between two points of a source, as 10s, 5m or 1h', '10s')
    .option('--env <name>', 'environment whose row gives the sizes', 'prod')
    .option('--region <region>', 'AWS region (default: that of the row; its prices may not be in the table)')
    .option('--points-per-record <number>', 'points of a source that producers put into a record', aNumberOfPoints, 1)
    .option('--alarms-per-week <number>', ALARMS_PER_WEEK, aNumberPerWeek)
    .option('--figures', 'also what the estimate rests on, and who measured it')
    .option('--json', 'as JSON')
    .addHelpText('after', COST_HELP)
    .action(async (options) => {
      const { runCost } = await import('../cost/run-cost');
      runCost(options);
    });
}

const COST_HELP = `
Nothing is asked of AWS. Sizes come from the environment's row in infra/config/environments.ts as it was when this clone was
built (npm run build), prices from shared/costs/prices.ts. Points are taken to come evenly.

Exit codes:
  0  told, whether the environment carries the load or not
  2  wrong use: an option or argument is missing or makes no sense

Examples:
  $ tidewatch cost --sources 10000 --metrics 3 --interval 10s --env prod
  $ tidewatch cost --sources 500 --interval 1m --env dev --json
  $ tidewatch cost --sources 100000 --metrics 3 --points-per-record 6 --figures
`;
