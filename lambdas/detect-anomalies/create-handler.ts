import { randomUUID } from 'node:crypto';
import { openFolderDistributionLog } from '../../shared/adapters/drift/folder-distribution-log';
import { openQuarantineFolder } from '../../shared/adapters/embedded/quarantine-folder';
import { openPriorFile } from '../../shared/adapters/files/prior-file';
import { openFileDocument } from '../../shared/adapters/live/file-document';
import { followShadow } from '../../shared/adapters/live/followed-shadow';
import { openEndpoint } from '../../shared/adapters/sagemaker/endpoint-variables';
import { openStates } from '../../shared/adapters/state-variables';
import { builtInModel } from '../../shared/detection/built-in-model';
import type { Settings } from '../../shared/domain/settings';
import { parseConfig } from '../../shared/runtime/config';
import { type KinesisHandler, kinesisHandler } from '../../shared/runtime/kinesis';
import { lazy } from '../../shared/runtime/lazy';
import { detectAnomalies } from './detect-anomalies';
import { LiveDistributions } from './live-distributions';
import { type LocalConfig, LocalConfigSchema } from './local-config';
import { rememberingAccounts } from './refusals';
import type { Services } from './services';
import { shielded } from './shielded';
import { CacheWitness } from './warming/cache-witness';
import { warmingLimits } from './warming/limits';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'store' | 'topic' | 'observe'> & {
  /** Asked for at each batch; absent: those of the environment. */
  readonly settings?: () => Promise<Settings>;
};

/** Services, and how to let go of what they hold. */
export interface Built {
  readonly services: Services;
  readonly close: () => Promise<void>;
}

/**
 * Environment in, handler out; services are built at the first batch.
 *
 * @throws {ConfigError} naming what is missing in the environment
 */
export function createHandler(
  env: NodeJS.ProcessEnv,
  handed: Handed,
): { readonly handler: KinesisHandler; readonly close: () => Promise<void> } {
  const config = parseConfig(LocalConfigSchema, env);
  const built = lazy(() => buildServices(config, handed));
  const handler = kinesisHandler(
    async () => (await built()).services,
    async (records, services, timeLeftMs) =>
      detectAnomalies(records, { ...services, settings: (await handed.settings?.()) ?? services.settings }, timeLeftMs),
  );
  return { handler, close: async () => (await built()).close() };
}

/** The composition root: runs once per cold start. */
export async function buildServices(config: LocalConfig, { settings: _, ...handed }: Handed): Promise<Built> {
  const prior = await openPriorFile(config.PRIOR_FILE);
  const { cache, silence, ...accounts } = await openStates(config);
  const endpoint = openEndpoint(config);
  const { observe } = handed;
  const services: Services = {
    ...handed,
    cache,
    silence,
    ...rememberingAccounts(accounts),
    quarantine: openQuarantineFolder(config.QUARANTINE_FOLDER),
    scorer: shielded(endpoint, observe),
    builtIn: builtInModel,
    ...prior,
    settings: config.SETTINGS,
    warming: { witness: new CacheWitness(), limits: warmingLimits(config) },
    ...trainingParts(config, observe),
  };
  const close = async () => {
    // What was counted since the last time; that it is lost must not keep the rest open.
    await services.distributions?.flush().catch((error: unknown) => observe.problem('distributions', error));
    endpoint.close();
    await accounts.places?.close();
    await accounts.strangers?.close();
    await silence.close();
    await cache.close();
  };
  return { services, close };
}

/** A new challenger is noticed this much later. */
const CHALLENGER_FRESH_MS = 1_000;

function trainingParts(
  { CHALLENGER_FILE, DISTRIBUTIONS_FOLDER }: LocalConfig,
  { clock, problem }: Handed['observe'],
): Pick<Services, 'shadow' | 'distributions'> {
  const onProblem = (error: unknown) => problem('challenger', error);
  return {
    ...(CHALLENGER_FILE === undefined
      ? {}
      : {
          shadow: followShadow({
            document: openFileDocument(CHALLENGER_FILE),
            freshMs: CHALLENGER_FRESH_MS,
            clock,
            onProblem,
          }),
        }),
    ...(DISTRIBUTIONS_FOLDER === undefined
      ? {}
      : {
          distributions: new LiveDistributions({
            log: openFolderDistributionLog(DISTRIBUTIONS_FOLDER),
            process: randomUUID(),
            now: Date.now,
          }),
        }),
  };
}
