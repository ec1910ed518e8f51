import { type Command, InvalidArgumentError } from 'commander';
import { EXIT_CODES_HELP } from '../exit-codes';

export function registerModels(program: Command): void {
  const models = program.command('models').description('Trained models: which there are, which one is champion.');
  models
    .command('list')
    .description('All versions with their measures on the test part, and whether the gate let them through.')
    .option('--models <folder>', 'registry', '.tidewatch/http/models')
    .option('--json', 'as JSON')
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async (options) => {
      const { listModels } = await import('../train/list-models');
      process.stdout.write(await listModels(options));
    });
  models
    .command('promote')
    .description('Makes a version champion, whatever the gate said; "built-in" for the built-in model.')
    .argument('<version>', 'number, or built-in', aVersion)
    .option('--models <folder>', 'registry', '.tidewatch/http/models')
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async (version: number | 'built-in', { models: folder }) => {
      const { openFolderRegistry } = await import('../../../shared/adapters/registry/folder-registry');
      await openFolderRegistry(folder).promote(version === 'built-in' ? undefined : version);
      process.stdout.write(`champion: ${nameOf(version)}\n`);
    });
  models
    .command('rollback')
    .description('Makes the model champion that was champion before.')
    .option('--models <folder>', 'registry', '.tidewatch/http/models')
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async ({ models: folder }) => {
      const { openFolderRegistry } = await import('../../../shared/adapters/registry/folder-registry');
      process.stdout.write(`champion: ${nameOf((await openFolderRegistry(folder).rollback()) ?? 'built-in')}\n`);
    });
}

function nameOf(version: number | 'built-in'): string {
  return version === 'built-in' ? 'the built-in model' : `version ${version}`;
}

function aVersion(text: string): number | 'built-in' {
  if (text === 'built-in') return text;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a version number or built-in.');
  return Number(text);
}
