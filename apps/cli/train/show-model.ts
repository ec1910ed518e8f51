import { writeWholeFile } from '../../../shared/adapters/files/whole-file';
import { DOCUMENTS } from '../../../shared/training/plan';
import { type ModelRegistry, type RegisteredModel, RegistryError } from '../../../shared/training/ports';
import { headLines } from './list-models';
import { openModels } from './open-models';

export interface ShowOptions {
  readonly models: string;
  readonly json?: boolean;
  /** Where the report is to be written. */
  readonly report?: string;
}

/** Documents of a run that a person may want to see. */
const OF_INTEREST = [DOCUMENTS.report, DOCUMENTS.evaluation, DOCUMENTS.training];

/** Text of the command `models show`. @throws {RegistryError} if there is no such version, or no report that is asked for */
export async function showModel(version: number, { models, json, report }: ShowOptions): Promise<string> {
  const { registry } = await openModels(models);
  const model = await registry.read(version);
  const kept = await documentsOf(registry, version);
  if (report !== undefined) await writeReport(report, version, kept.get(DOCUMENTS.report));
  const place = registry.place(version);
  if (json) return `${JSON.stringify({ ...model, place, documents: [...kept.keys()] }, null, 2)}\n`;
  const champion = (await registry.champion()) === version;
  const challenger = (await registry.challenger()) === version;
  const standing = champion ? '  champion' : challenger ? '  challenger' : '';
  const saved = report === undefined ? [] : [`report written to ${report}`];
  return `${[...headLines(model, standing), ...detailLines(model), ...placeLines(place, [...kept.keys()]), ...saved].join('\n')}\n`;
}

async function documentsOf(registry: ModelRegistry, version: number): Promise<ReadonlyMap<string, Buffer>> {
  const found = await Promise.all(
    OF_INTEREST.map(async (name) => [name, await registry.document(version, name)] as const),
  );
  return new Map(found.flatMap(([name, content]) => (content === undefined ? [] : [[name, content] as const])));
}

function detailLines({ artifact, record }: RegisteredModel): readonly string[] {
  const weights = Object.entries(artifact.weights).map(([family, weight]) => `${family} ${weight}`);
  return [
    `run: ${record.run}, dataset: ${record.dataset}, feature schema: ${artifact.schema}`,
    `weights (built-in: 1): ${weights.join(', ')}`,
    'parameters:',
    ...pairLines(record.parameters),
    'measures on the test part:',
    ...pairLines(record.metrics),
  ];
}

function pairLines(pairs: Readonly<Record<string, number | string>>): readonly string[] {
  return Object.entries(pairs).map(([name, value]) => `   ${name.padEnd(28)}${value}`);
}

function placeLines(place: string, names: readonly string[]): readonly string[] {
  return [`kept at ${place}${names.length === 0 ? '' : `: ${names.join(', ')}`}`];
}

async function writeReport(file: string, version: number, content: Buffer | undefined): Promise<void> {
  if (content === undefined) throw new RegistryError(`version ${version} was registered without a report`);
  await writeWholeFile(file, content);
}
