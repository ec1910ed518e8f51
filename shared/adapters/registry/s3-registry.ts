import { z } from 'zod';
import { TransientFault } from '../../detection/ports';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import { type KeptDocuments, type ModelRegistry, type RegisteredModel, RegistryError } from '../../training/ports';
import type { AwsClientOptions } from '../aws/aws-client';
import { openS3Objects } from '../s3/s3-objects';
import { CHAMPIONS_KEPT } from './champions';
import {
  FILES,
  firstOfEachRun,
  jsonDocument,
  parsedDocument,
  RecordSchema,
  refuseName,
  refuseUnfit,
  schemaDocument,
} from './kept-model';

export interface S3RegistryOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  /** What keys begin with. */
  readonly prefix?: string;
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { part: 'registry', prefix: 'registry/', timeoutMs: 60_000, attemptTimeoutMs: 15_000, concurrency: 8 };

const VersionSchema = z.object({ artifact: ModelArtifactSchema, record: RecordSchema });
/** `null` stands for the built-in model; the last one is the champion. */
const AliasesSchema = z.object({
  champions: z.array(z.number().int().min(1).nullable()),
  challenger: z.number().int().min(1).nullable(),
});
type Aliases = z.output<typeof AliasesSchema>;
const NO_ALIASES: Aliases = { champions: [], challenger: null };
const ALIASES = 'aliases.json';
/** Others that change aliases at the same moment, until one gives up. */
const TRIES_MAX = 20;
const VERSION = /^versions\/(\d{9})\.json$/;

/**
 * Models in a bucket, where there is no MLflow: `registry/versions/000000001.json` (model and record), documents below
 * `registry/documents/<run>/`, and who is champion and challenger in one object. A version's object is made by whoever comes
 * first, after its documents. Any number may register, promote and read at a time: what one has changed no other overwrites.
 */
export function createS3Registry(options: S3RegistryOptions): ModelRegistry & { close(): void } {
  const store = openStore({ ...DEFAULTS, ...options });

  const read = async (version: number): Promise<RegisteredModel> => {
    const name = versionName(version);
    const found = await store.get(name);
    if (found === undefined) throw new RegistryError(`there is no model version ${version}`);
    return { version, ...parsedDocument(VersionSchema, found.content.toString(), store.nameOf(name)) };
  };
  const list = async () =>
    firstOfEachRun(await Promise.all((await store.versions()).map(read)), ({ record }) => record.run);
  const ofRun = async (run: string) => (await list()).find(({ record }) => record.run === run);
  const aliases = async () => {
    const found = await store.get(ALIASES);
    return found === undefined
      ? { kept: NO_ALIASES, mark: undefined }
      : { kept: parsedDocument(AliasesSchema, found.content.toString(), store.nameOf(ALIASES)), mark: found.mark };
  };
  const change = async (to: (kept: Aliases) => Promise<Aliases>): Promise<Aliases> => {
    let { kept, mark } = await aliases();
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const next = await to(kept);
      const document = jsonDocument(next);
      if (await store.replace(ALIASES, document, mark)) return next;
      ({ kept, mark } = await aliases());
      // Another one was first; or it was this one, and its answer was lost.
      if (jsonDocument(kept).equals(document)) return next;
    }
    throw new TransientFault('registry', `${store.nameOf(ALIASES)} is changed by others all the time`);
  };
  const championsThen = async (champions: Aliases['champions'], { challenger }: Aliases): Promise<Aliases> => {
    const champion = champions.at(-1) ?? null;
    if (champion !== null) await read(champion);
    return { champions: champions.slice(-CHAMPIONS_KEPT), challenger: challenger === champion ? null : challenger };
  };

  return {
    async register(artifact, record, documents = {}) {
      refuseUnfit(artifact, record, documents);
      const known = await ofRun(record.run);
      if (known !== undefined) return known;
      const kept: KeptDocuments = { ...documents, [FILES.schema]: schemaDocument() };
      for (const [name, content] of Object.entries(kept)) await store.put(documentName(record.run, name), content);
      const model = jsonDocument({ artifact, record });
      for (let version = ((await store.versions()).at(-1) ?? 0) + 1; ; version++)
        if (await store.replace(versionName(version), model, undefined)) break;
      // Another one may have registered the run meanwhile: the first counts.
      return (await ofRun(record.run))!;
    },
    list,
    read,
    place: (version) => store.nameOf(versionName(version)),
    async document(version, name) {
      refuseName(name);
      const { record } = await read(version);
      return (await store.get(documentName(record.run, name)))?.content;
    },
    champion: async () => (await aliases()).kept.champions.at(-1) ?? undefined,
    async promote(version) {
      await change((kept) => championsThen([...kept.champions, version ?? null], kept));
    },
    async rollback() {
      const { champions } = await change(async (kept) => {
        if (kept.champions.length === 0)
          throw new RegistryError('no model was promoted yet: the built-in model is champion');
        return championsThen(kept.champions.slice(0, -1), kept);
      });
      return champions.at(-1) ?? undefined;
    },
    challenger: async () => (await aliases()).kept.challenger ?? undefined,
    async challenge(version) {
      if (version !== undefined) await read(version);
      await change(async ({ champions }) => ({
        champions,
        challenger: version === champions.at(-1) ? null : (version ?? null),
      }));
    },
    close: store.close,
  };
}

function openStore({ prefix, ...options }: S3RegistryOptions & typeof DEFAULTS) {
  const objects = openS3Objects(options);
  return {
    nameOf: (name: string) => objects.nameOf(prefix + name),
    put: (name: string, content: Uint8Array) => objects.put(prefix + name, content),
    replace: (name: string, content: Uint8Array, mark: string | undefined) =>
      objects.replace(prefix + name, content, mark),
    get: (name: string) => objects.get(prefix + name),
    /** Numbers of versions, rising. */
    async versions(): Promise<number[]> {
      const keys = await objects.keys(`${prefix}versions/`);
      const found = keys.map((key) => Number(VERSION.exec(key.slice(prefix.length))?.[1] ?? Number.NaN));
      return found.filter((version) => version >= 1).sort((a, b) => a - b);
    },
    close: objects.close,
  };
}

function versionName(version: number): string {
  return `versions/${String(version).padStart(9, '0')}.json`;
}

function documentName(run: string, name: string): string {
  return `documents/${run}/${name}`;
}
