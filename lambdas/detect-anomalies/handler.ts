import { openQuarantineFolder } from '../../shared/adapters/embedded/quarantine-folder';
import {
  createEndpointScorer,
  type EndpointScorer,
  LOCAL_CREDENTIALS,
} from '../../shared/adapters/sagemaker/endpoint-scorer';
import { builtInModel } from '../../shared/detection/built-in-model';
import { openSourceDetector } from '../../shared/detection/open-source-detector';
import type { StateCache } from '../../shared/detection/ports';
import { parseConfig } from '../../shared/runtime/config';
import { type KinesisHandler, kinesisHandler } from '../../shared/runtime/kinesis';
import { lazy } from '../../shared/runtime/lazy';
import { type Config, ConfigSchema } from './config';
import { detectAnomalies } from './detect-anomalies';
import type { Services } from './services';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'store' | 'topic' | 'observe'>;

/**
 * The composition root: environment in, services built at the first batch, handler out.
 *
 * @throws {ConfigError} naming what is missing in the environment
 */
export function createHandler(
  env: NodeJS.ProcessEnv,
  handed: Handed,
): { readonly handler: KinesisHandler; readonly close: () => Promise<void> } {
  const config = parseConfig(ConfigSchema, env);
  const cache = lazy(() => openCache(config));
  const scorer = openScorer(config);
  const build = async (): Promise<Services> => ({
    ...handed,
    cache: await cache(),
    quarantine: openQuarantineFolder(config.QUARANTINE_FOLDER),
    scorer,
    builtIn: builtInModel,
    openDetector: openSourceDetector,
    settings: config.SETTINGS,
  });
  const close = async () => {
    scorer.close();
    await (await cache()).close();
  };
  return { handler: kinesisHandler(build, detectAnomalies), close };
}

/** Native and large parts are loaded only where they are used. */
async function openCache(config: Config): Promise<StateCache> {
  if (config.REDIS_URL !== undefined) {
    const { createRedisCache } = await import('../../shared/adapters/redis/redis-cache');
    return createRedisCache({ url: config.REDIS_URL });
  }
  const { openLmdbCache } = await import('../../shared/adapters/embedded/lmdb-cache');
  return openLmdbCache(config.STATE_FILE!);
}

/** An endpoint that is not at AWS gets dummy credentials: the user's own never leave for it. */
function openScorer(config: Config): EndpointScorer {
  return createEndpointScorer({
    endpointName: config.ENDPOINT_NAME,
    region: config.AWS_REGION,
    timeoutMs: config.SCORE_TIMEOUT_MS,
    ...(config.SAGEMAKER_URL === undefined
      ? {}
      : { endpointUrl: config.SAGEMAKER_URL, credentials: LOCAL_CREDENTIALS }),
  });
}
