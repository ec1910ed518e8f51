import { z } from 'zod';
import { RegistryError } from '../../../training/ports';
import { CHAMPIONS_KEPT, type Champions } from '../champions';
import { type MlflowCalls, type MlflowClient, NOTHING } from './mlflow-client';
import { isAlreadyThere, isNotThere } from './mlflow-faults';
import type { Entry } from './mlflow-limits';
import { RUN_TAG } from './mlflow-runs';

/** Where champions before this one are written down, on the registered model. */
export const CHAMPIONS_TAG = 'tidewatch.champions';

export type Alias = 'champion' | 'challenger';

export interface ModelVersion {
  readonly version: number;
  /** Where its model lies. */
  readonly source: string;
  readonly tags: ReadonlyMap<string, string>;
}

export interface NewVersion {
  readonly run: string;
  readonly runId: string;
  readonly source: string;
  readonly description: string;
  readonly tags: readonly Entry[];
}

/** The registry side: versions of one registered model, and its aliases. */
export interface MlflowModels {
  /** All, in their order, also those of others. */
  versions(): Promise<readonly ModelVersion[]>;
  /** @throws {RegistryError} if there is none */
  version(version: number): Promise<ModelVersion>;
  /** The first version of a training run. */
  ofRun(run: string): Promise<ModelVersion | undefined>;
  /** Makes a version for a training run that has none. Whole or not at all. */
  create(version: NewVersion): Promise<void>;
  alias(alias: Alias): Promise<number | undefined>;
  /** @throws {RegistryError} if there is no such version */
  setAlias(alias: Alias, version: number | undefined): Promise<void>;
  /** As written down, whatever the alias says; empty: nothing. */
  champions(): Promise<Champions>;
  writeChampions(champions: Champions): Promise<void>;
}

const TagsSchema = z
  .array(z.object({ key: z.string(), value: z.string().default('') }))
  .default([])
  .transform((tags) => new Map(tags.map(({ key, value }) => [key, value])));
const VersionSchema = z.object({
  version: z.coerce.number().int(),
  source: z.string().default(''),
  status: z.string().default('READY'),
  tags: TagsSchema,
});
const PageSchema = z.object({
  model_versions: z.array(VersionSchema).default([]),
  next_page_token: z.string().optional(),
});
const ModelSchema = z.object({
  registered_model: z.object({
    tags: TagsSchema,
    aliases: z.array(z.object({ alias: z.string(), version: z.coerce.number().int() })).default([]),
  }),
});
const PAGE_VERSIONS = 200;

export function openMlflowModels(client: MlflowClient, name: string): MlflowModels {
  const model = () => client.calling((calls) => registeredModel(calls, name));
  const alias = async (alias: Alias) => (await model())?.aliases.find((one) => one.alias === alias)?.version;
  return {
    versions: async () => searched(client, `name = '${name}'`),
    async version(version) {
      try {
        const answer = await client.calling(({ get }) =>
          get('model-versions/get', { name, version }, z.object({ model_version: VersionSchema })),
        );
        return answer.model_version;
      } catch (error) {
        if (isNotThere(error)) throw noVersion(version);
        throw error;
      }
    },
    ofRun: async (run) => (await searched(client, filterOfRun(name, run)))[0],
    create: (version) => client.calling((calls) => createOnce(calls, name, version)),
    alias,
    async setAlias(alias, version) {
      if (version === undefined && (await model()) === undefined) return;
      await client.calling(({ send }) =>
        version === undefined
          ? send('DELETE', 'registered-models/alias', { name, alias }, NOTHING).catch(whereThere)
          : send('POST', 'registered-models/alias', { name, alias, version: String(version) }, NOTHING),
      );
    },
    async champions() {
      const text = (await model())?.tags.get(CHAMPIONS_TAG);
      return text === undefined ? [] : championsIn(text, name);
    },
    async writeChampions(champions) {
      const value = JSON.stringify(champions.slice(-CHAMPIONS_KEPT));
      await client.calling(async (calls) => {
        await registerModel(calls, name);
        await calls.send('POST', 'registered-models/set-tag', { name, key: CHAMPIONS_TAG, value }, NOTHING);
      });
    },
  };
}

/** What is taken away may be gone already. */
function whereThere(error: unknown): void {
  if (!isNotThere(error)) throw error;
}

function noVersion(version: number): RegistryError {
  return new RegistryError(`there is no model version ${version}`);
}

function filterOfRun(name: string, run: string): string {
  return `name = '${name}' and tags.\`${RUN_TAG}\` = '${run}'`;
}

async function searched(client: MlflowClient, filter: string): Promise<readonly ModelVersion[]> {
  const found: z.output<typeof VersionSchema>[] = [];
  let page: string | undefined = '';
  do {
    const query = { filter, max_results: PAGE_VERSIONS, ...(page ? { page_token: page } : {}) };
    const answer: z.output<typeof PageSchema> = await client.calling(({ get }) =>
      get('model-versions/search', query, PageSchema),
    );
    found.push(...answer.model_versions);
    page = answer.next_page_token;
  } while (page);
  const unique = new Map(found.filter(({ status }) => status === 'READY').map((one) => [one.version, one]));
  return [...unique.values()].sort((a, b) => a.version - b.version);
}

async function registeredModel({ get }: MlflowCalls, name: string) {
  try {
    return (await get('registered-models/get', { name }, ModelSchema)).registered_model;
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
}

async function registerModel(calls: MlflowCalls, name: string): Promise<void> {
  if ((await registeredModel(calls, name)) !== undefined) return;
  await calls.send('POST', 'registered-models/create', { name }, NOTHING).catch((error: unknown) => {
    if (!isAlreadyThere(error)) throw error;
  });
}

/** An attempt whose answer was lost may have made it: each looks first. */
async function createOnce(calls: MlflowCalls, name: string, version: NewVersion): Promise<void> {
  await registerModel(calls, name);
  const query = { filter: filterOfRun(name, version.run), max_results: 1 };
  const { model_versions: there } = await calls.get('model-versions/search', query, PageSchema);
  if (there.length > 0) return;
  const { runId, source, description, tags, run } = version;
  const create = { name, source, run_id: runId, description, tags: [{ key: RUN_TAG, value: run }, ...tags] };
  await calls.send('POST', 'model-versions/create', create, NOTHING);
}

const ChampionsSchema = z.array(z.number().int().min(1).nullable());

function championsIn(text: string, name: string): Champions {
  const broken = (cause: unknown) =>
    new RegistryError(`tag ${CHAMPIONS_TAG} of model ${name} is none of ours: delete it in MLflow to begin anew`, {
      cause,
    });
  try {
    return ChampionsSchema.parse(JSON.parse(text));
  } catch (error) {
    throw broken(error);
  }
}
