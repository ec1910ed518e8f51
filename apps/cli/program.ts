import { Command } from 'commander';
import { registerAlerts } from './commands/alerts';
import { registerBacktest } from './commands/backtest';
import { registerCost } from './commands/cost';
import { registerDoctor } from './commands/doctor';
import { registerInbox } from './commands/inbox';
import { registerModels } from './commands/models';
import { registerPrior } from './commands/prior';
import { registerQuarantine } from './commands/quarantine';
import { registerRoutes, registerRules } from './commands/rules';
import { registerScore } from './commands/score';
import { registerSend } from './commands/send';
import { registerSettings } from './commands/settings';
import { registerSilences } from './commands/silences';
import { registerStart } from './commands/start';
import { registerThreshold } from './commands/threshold';
import { registerTrain } from './commands/train';
import { EXIT_CODES_HELP } from './exit-codes';

/** The command line with all its commands; nothing runs until it parses. */
export function tidewatchProgram(): Command {
  const program = new Command('tidewatch')
    .description('Real-time anomaly detection in time series, on this machine or on AWS.')
    .exitOverride()
    .showHelpAfterError('(add --help for the options)')
    .addHelpText(
      'after',
      `
Examples:
  $ tidewatch start
  $ tidewatch score --input pump.csv --output scores.csv --plot scores.svg
  $ tidewatch score --help
  $ tidewatch send --input pump.csv --stream points
  $ tidewatch alerts list
  $ tidewatch inbox
  $ tidewatch threshold propose
  $ tidewatch backtest --input history.csv --rules rules.yaml
  $ tidewatch cost --sources 10000 --metrics 3 --interval 10s --env prod
  $ tidewatch doctor
${EXIT_CODES_HELP}`,
    );
  registerStart(program);
  registerScore(program);
  registerPrior(program);
  registerTrain(program);
  registerModels(program);
  registerSend(program);
  registerQuarantine(program);
  registerRules(program);
  registerRoutes(program);
  registerAlerts(program);
  registerSilences(program);
  registerInbox(program);
  registerSettings(program);
  registerThreshold(program);
  registerBacktest(program);
  registerCost(program);
  registerDoctor(program);
  return program;
}
