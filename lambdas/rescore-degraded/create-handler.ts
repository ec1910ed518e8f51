import { openEndpoint } from '../../shared/adapters/sagemaker/endpoint-variables';
import type { Settings } from '../../shared/domain/settings';
import { parseConfig } from '../../shared/runtime/config';
import { timeLeftOf } from '../../shared/runtime/kinesis';
import { type LocalConfig, LocalConfigSchema } from './local-config';
import { rescoreDegraded } from './rescore-degraded';
import { limitsOf, oldestOf, type RescoreHandler } from './schedule';
import type { Services } from './services';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'store' | 'topic' | 'observe'> & {
  /** Asked for at each run; absent: those of the environment. */
  readonly settings?: () => Promise<Settings>;
};

/**
 * Environment in, handler out.
 *
 * @throws {ConfigError} naming what is missing in the environment
 */
export function createHandler(
  env: NodeJS.ProcessEnv,
  handed: Handed,
): { readonly handler: RescoreHandler; readonly close: () => Promise<void> } {
  const config = parseConfig(LocalConfigSchema, env);
  const { services, close } = buildServices(config, handed);
  const handler: RescoreHandler = async (_, context) => {
    const settings = (await handed.settings?.()) ?? services.settings;
    return rescoreDegraded({ ...services, settings }, timeLeftOf(context), oldestOf(config, Date.now()));
  };
  return { handler, close };
}

/** The composition root: runs once per cold start. */
function buildServices(config: LocalConfig, { settings: _, ...handed }: Handed) {
  const scorer = openEndpoint(config);
  const services: Services = { ...handed, scorer, settings: config.SETTINGS, limits: limitsOf(config) };
  return { services, close: async () => scorer.close() };
}
