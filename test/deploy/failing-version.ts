import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { versionFolder } from './cdk';
import { VERSION } from './versions';
import type { World } from './world';

const ASSEMBLY = 'assembly-emulator';

interface Template {
  readonly Resources: Record<
    string,
    { readonly Type: string; readonly Properties: object; readonly DependsOn?: string[] }
  >;
}

/**
 * Templates of the earlier version with two changes in the stack of functions: those that have one text in their variables have
 * another, and when CloudFormation has changed them all it is to make a parameter whose name is taken.
 *
 * @returns how many functions are changed
 */
export function makeFailingVersion(world: World, from: string, to: string, taken: string): number {
  const folder = versionFolder(world, VERSION.failing);
  cpSync(versionFolder(world, VERSION.earlier), folder, { recursive: true });
  const at = (name: string) => path.join(folder, ASSEMBLY, name);
  const file = readdirSync(path.join(folder, ASSEMBLY)).find((name) => /stateless.*\.template\.json$/.test(name))!;
  const before = readFileSync(at(file), 'utf8');
  const template = JSON.parse(before.replaceAll(JSON.stringify(from), JSON.stringify(to))) as Template;
  const changed = Object.entries(template.Resources).filter(
    ([, { Type, Properties }]) => Type === 'AWS::Lambda::Function' && JSON.stringify(Properties).includes(to),
  );
  template.Resources['CannotBeMade'] = {
    Type: 'AWS::SSM::Parameter',
    Properties: { Name: taken, Type: 'String', Value: 'of the stack' },
    DependsOn: changed.map(([id]) => id),
  };
  const after = JSON.stringify(template);
  writeFileSync(at(file), after);
  // Templates are uploaded under names that follow from what they hold, and one that is there is not uploaded again.
  for (const name of ['manifest.json', file.replace('.template.', '.assets.')])
    writeFileSync(at(name), readFileSync(at(name), 'utf8').replaceAll(hash(before), hash(after)));
  return changed.length;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
