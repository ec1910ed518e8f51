import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import { type KeptDocuments, type ModelRegistry, type RegisteredModel, RegistryError } from '../../training/ports';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { withRetries } from '../with-retries';
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

const DEFAULTS = { prefix: 'registry/', timeoutMs: 60_000, attemptTimeoutMs: 15_000, concurrency: 8 };

const VersionSchema = z.object({ artifact: ModelArtifactSchema, record: RecordSchema });
/** `null` stands for the built-in model; the last one is the champion. */
const AliasesSchema = z.object({
  champions: z.array(z.number().int().min(1).nullable()),
  challenger: z.number().int().min(1).nullable(),
});
const NO_ALIASES: z.output<typeof AliasesSchema> = { champions: [], challenger: null };
const ALIASES = 'aliases.json';
const VERSION = /^versions\/(\d{9})\.json$/;

/**
 * Models in a bucket, where there is no MLflow: `registry/versions/000000001.json` (model and record), documents below
 * `registry/documents/<run>/`, and who is champion and challenger in one object. A version's object is made by whoever comes
 * first, after its documents. One process promotes at a time; any number may register and read.
 */
export function createS3Registry(options: S3RegistryOptions): ModelRegistry & { close(): void } {
  const store = openStore({ ...DEFAULTS, ...options });

  const read = async (version: number): Promise<RegisteredModel> => {
    const name = versionName(version);
    const content = await store.get(name);
    if (content === undefined) throw new RegistryError(`there is no model version ${version}`);
    return { version, ...parsedDocument(VersionSchema, content.toString(), store.nameOf(name)) };
  };
  const list = async () =>
    firstOfEachRun(await Promise.all((await store.versions()).map(read)), ({ record }) => record.run);
  const ofRun = async (run: string) => (await list()).find(({ record }) => record.run === run);
  const aliases = async () => {
    const content = await store.get(ALIASES);
    return content === undefined
      ? NO_ALIASES
      : parsedDocument(AliasesSchema, content.toString(), store.nameOf(ALIASES));
  };
  const setChampions = async (champions: readonly (number | null)[]) => {
    const { challenger } = await aliases();
    const champion = champions.at(-1) ?? null;
    if (champion !== null) await read(champion);
    const next = {
      champions: champions.slice(-CHAMPIONS_KEPT),
      challenger: challenger === champion ? null : challenger,
    };
    await store.put(ALIASES, jsonDocument(next));
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
        if (await store.create(versionName(version), model)) break;
      // Another one may have registered the run meanwhile: the first counts.
      return (await ofRun(record.run))!;
    },
    list,
    read,
    place: (version) => store.nameOf(versionName(version)),
    async document(version, name) {
      refuseName(name);
      const { record } = await read(version);
      return store.get(documentName(record.run, name));
    },
    champion: async () => (await aliases()).champions.at(-1) ?? undefined,
    async promote(version) {
      await setChampions([...(await aliases()).champions, version ?? null]);
    },
    async rollback() {
      const { champions } = await aliases();
      if (champions.length === 0) throw new RegistryError('no model was promoted yet: the built-in model is champion');
      const next = champions.slice(0, -1);
      await setChampions(next);
      return next.at(-1) ?? undefined;
    },
    challenger: async () => (await aliases()).challenger ?? undefined,
    async challenge(version) {
      if (version !== undefined) await read(version);
      const { champions } = await aliases();
      const challenger = version === champions.at(-1) ? null : (version ?? null);
      await store.put(ALIASES, jsonDocument({ champions, challenger }));
    },
    close: store.close,
  };
}

function openStore(settings: S3RegistryOptions & typeof DEFAULTS) {
  const { bucket: Bucket, prefix } = settings;
  const client = new S3Client(awsClientConfig(settings));
  const nameOf = (name: string) => `s3://${Bucket}/${prefix}${name}`;
  const calling = <Result>(name: string, call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'registry' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        throw awsFault(error, nameOf(name), timeoutMs);
      }),
    );
  const put = async (name: string, Body: Uint8Array, IfNoneMatch?: '*') => {
    const command = new PutObjectCommand({ Bucket, Key: prefix + name, Body, IfNoneMatch });
    return calling(name, async (abortSignal) => {
      try {
        await client.send(command, { abortSignal });
        return true;
      } catch (error) {
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
        // Somebody was first, or is just now.
        if (IfNoneMatch !== undefined && (status === 412 || status === 409)) return false;
        throw error;
      }
    });
  };
  return {
    nameOf,
    put: async (name: string, content: Uint8Array) => void (await put(name, content)),
    /** False if there is one of that name; also when this very call had made it and its answer was lost. */
    create: (name: string, content: Uint8Array) => put(name, content, '*'),
    get: (name: string): Promise<Buffer | undefined> =>
      calling(name, async (abortSignal) => {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: prefix + name }), { abortSignal });
          return Buffer.from(await Body!.transformToByteArray());
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),
    /** Numbers of versions, rising. */
    async versions(): Promise<number[]> {
      const found: number[] = [];
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({ Bucket, Prefix: `${prefix}versions/`, ContinuationToken: token });
        const page = await calling('versions/', (abortSignal) => client.send(command, { abortSignal }));
        for (const { Key = '' } of page.Contents ?? [])
          found.push(Number(VERSION.exec(Key.slice(prefix.length))?.[1] ?? Number.NaN));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return found.filter((version) => version >= 1).sort((a, b) => a - b);
    },
    close: () => client.destroy(),
  };
}

function versionName(version: number): string {
  return `versions/${String(version).padStart(9, '0')}.json`;
}

function documentName(run: string, name: string): string {
  return `documents/${run}/${name}`;
}
