import { createDriftReferences } from '../../shared/adapters/drift/document-references';
import { openFolderDistributionLog } from '../../shared/adapters/drift/folder-distribution-log';
import { openFileDocument } from '../../shared/adapters/live/file-document';
import { parseConfig } from '../../shared/runtime/config';
import { driftRules } from './drift-variables';
import { LocalConfigSchema } from './local-config';
import type { Services } from './services';
import { type DriftEnd, watchDrift } from './watch-drift';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'starter' | 'observe'>;

/**
 * Environment in, handler out, for one machine. Called by a timer, as on AWS by the schedule.
 *
 * @throws {ConfigError} naming what is missing in the environment
 */
export function createHandler(env: NodeJS.ProcessEnv, handed: Handed): () => Promise<DriftEnd> {
  const config = parseConfig(LocalConfigSchema, env);
  const services: Services = {
    ...handed,
    log: openFolderDistributionLog(config.DISTRIBUTIONS_FOLDER),
    references: createDriftReferences(openFileDocument(config.REFERENCE_FILE)),
    rules: driftRules(config),
    now: Date.now,
  };
  return () => watchDrift(services);
}
