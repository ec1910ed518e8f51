import { type Command, InvalidArgumentError } from 'commander';
import { EXIT_CODES_HELP } from '../exit-codes';

export function registerModels(program: Command): void {
  const models = program.command('models').description('Trained models: which there are, which one is champion.');
  const subcommand = (name: string, description: string) =>
    models
      .command(name)
      .description(description)
      .option('--models <folder>', 'registry without MLflow, and the live model', '.tidewatch/http/models')
      .addHelpText('after', REGISTRY_HELP + EXIT_CODES_HELP);

  subcommand('list', 'All versions with their measures on the test part, and whether the gate let them through.')
    .option('--json', 'as JSON')
    .action(async (options) => {
      const { listModels } = await import('../train/list-models');
      process.stdout.write(await listModels(options));
    });
  subcommand('show', 'All that is kept of a version, and where.')
    .argument('<version>', 'number', aVersion)
    .option('--report <file>', 'write its report (HTML) there')
    .option('--json', 'as JSON')
    .action(async (version: number, options) => {
      const { showModel } = await import('../train/show-model');
      process.stdout.write(await showModel(version, options));
    });
  subcommand('promote', 'Makes a version champion and live, whatever the gate said; "built-in" for the built-in model.')
    .argument('<version>', 'number, or built-in', aVersionOrBuiltIn)
    .action(async (version: number | 'built-in', { models: folder }) => {
      const { promoteModel } = await import('../train/open-models');
      await promoteModel(folder, version === 'built-in' ? undefined : version);
      process.stdout.write(`champion: ${nameOf(version)}\n`);
    });
  subcommand('rollback', 'Makes the model champion and live that was champion before.').action(
    async ({ models: folder }) => {
      const { rollBackModel } = await import('../train/open-models');
      process.stdout.write(`champion: ${nameOf((await rollBackModel(folder)) ?? 'built-in')}\n`);
    },
  );
}

const REGISTRY_HELP = `
With MLFLOW_TRACKING_URI set, models are kept in that MLflow server, as MODEL_NAME (tidewatch). MLflow's own variables say
who asks: MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN. The ARN of a server that SageMaker manages is an address too.
`;

function nameOf(version: number | 'built-in'): string {
  return version === 'built-in' ? 'the built-in model' : `version ${version}`;
}

function aVersionOrBuiltIn(text: string): number | 'built-in' {
  if (text === 'built-in') return text;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a version number or built-in.');
  return Number(text);
}

function aVersion(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a version number.');
  return Number(text);
}
