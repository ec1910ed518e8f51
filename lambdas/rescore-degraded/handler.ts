import type { Context } from 'aws-lambda';
import { openEndpoint } from '../../shared/adapters/sagemaker/endpoint-variables';
import { parseConfig } from '../../shared/runtime/config';
import { timeLeftOf } from '../../shared/runtime/kinesis';
import { type Config, ConfigSchema } from './config';
import { rescoreDegraded } from './rescore-degraded';
import type { RescoreCounts, Services } from './services';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'store' | 'topic' | 'observe'>;

/** What the schedule calls; its event says nothing. */
export type RescoreHandler = (
  event?: unknown,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<RescoreCounts>;

const HOUR_MS = 3_600_000;
/** What reading, scoring and writing a page takes at most, with parts as slow as they may be. */
const RESERVE_MS = 5_000;

/**
 * Environment in, handler out.
 *
 * @throws {ConfigError} naming what is missing in the environment
 */
export function createHandler(
  env: NodeJS.ProcessEnv,
  handed: Handed,
): { readonly handler: RescoreHandler; readonly close: () => Promise<void> } {
  const config = parseConfig(ConfigSchema, env);
  const { services, close } = buildServices(config, handed);
  const since = () => (config.RESCORE_HOURS === undefined ? undefined : Date.now() - config.RESCORE_HOURS * HOUR_MS);
  return { handler: (_, context) => rescoreDegraded(services, timeLeftOf(context), since()), close };
}

/** The composition root: runs once per cold start. */
function buildServices(config: Config, handed: Handed) {
  const scorer = openEndpoint(config);
  const limits = { rowsMax: config.RESCORE_ROWS_MAX, pageRows: config.RESCORE_PAGE_ROWS, reserveMs: RESERVE_MS };
  const services: Services = { ...handed, scorer, settings: config.SETTINGS, limits };
  return { services, close: async () => scorer.close() };
}
