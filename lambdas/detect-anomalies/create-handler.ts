import { openQuarantineFolder } from '../../shared/adapters/embedded/quarantine-folder';
import { openerWithPriorFile } from '../../shared/adapters/files/prior-file';
import { openEndpoint } from '../../shared/adapters/sagemaker/endpoint-variables';
import { openStates } from '../../shared/adapters/state-variables';
import { builtInModel } from '../../shared/detection/built-in-model';
import type { Settings } from '../../shared/domain/settings';
import { parseConfig } from '../../shared/runtime/config';
import { type KinesisHandler, kinesisHandler } from '../../shared/runtime/kinesis';
import { lazy } from '../../shared/runtime/lazy';
import { detectAnomalies } from './detect-anomalies';
import { type LocalConfig, LocalConfigSchema } from './local-config';
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
  const openDetector = await openerWithPriorFile(config.PRIOR_FILE);
  const { cache, silence, places } = await openStates(config);
  const endpoint = openEndpoint(config);
  const { observe } = handed;
  const services: Services = {
    ...handed,
    cache,
    silence,
    places,
    quarantine: openQuarantineFolder(config.QUARANTINE_FOLDER),
    scorer: shielded(endpoint, observe),
    builtIn: builtInModel,
    openDetector,
    settings: config.SETTINGS,
    warming: { witness: new CacheWitness(), limits: warmingLimits(config) },
  };
  const close = async () => {
    endpoint.close();
    await places?.close();
    await silence.close();
    await cache.close();
  };
  return { services, close };
}
