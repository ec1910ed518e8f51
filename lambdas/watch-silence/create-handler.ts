import { openStates } from '../../shared/adapters/state-variables';
import type { Settings } from '../../shared/domain/settings';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { type LocalConfig, LocalConfigSchema } from './local-config';
import type { Services, WatchCounts } from './services';
import { watchSilence } from './watch-silence';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'store' | 'topic' | 'tail' | 'observe'> &
  Partial<Pick<Services, 'since'>> & {
    /** Asked for at each run; absent: those of the environment. */
    readonly settings?: () => Promise<Settings>;
  };

/** Called by the schedule; the event says nothing. Rejects when a part does not answer: the next run goes on. */
export type ScheduledHandler = () => Promise<WatchCounts>;

/**
 * Environment in, handler out; services are built at the first run.
 *
 * @throws {ConfigError} naming what is missing in the environment
 */
export function createHandler(
  env: NodeJS.ProcessEnv,
  handed: Handed,
): { readonly handler: ScheduledHandler; readonly close: () => Promise<void> } {
  const config = parseConfig(LocalConfigSchema, env);
  const services = lazy(() => buildServices(config, handed));
  const close = async () => {
    const { silence, cache } = await services();
    await silence.close();
    await cache.close();
  };
  const handler = async () => {
    const known = await services();
    return watchSilence({ ...known, settings: (await handed.settings?.()) ?? known.settings });
  };
  return { handler, close };
}

/** The composition root: runs once per cold start. */
export async function buildServices(config: LocalConfig, { settings: _, ...handed }: Handed): Promise<Services> {
  return {
    since: 0,
    ...handed,
    ...(await openStates(config)),
    settings: config.SETTINGS,
    sourcesMax: config.SOURCES_MAX,
    now: Date.now,
  };
}
