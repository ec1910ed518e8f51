import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { openGuardedCall } from '../../shared/adapters/https/guarded-call';
import { parseConfig } from '../../shared/runtime/config';
import { type HttpEvent, requestOf, resultOf } from '../../shared/runtime/http';
import { answer } from './answer';
import { openFailureLimit } from './failure-limit';
import { type LocalConfig, LocalConfigSchema } from './local-config';
import type { Services } from './services';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Pick<Services, 'actions' | 'producer' | 'settings' | 'secrets' | 'now' | 'observe'> &
  Partial<Pick<Services, 'call'>>;

/** What Lambda calls for a request; never rejects for what a caller sends. */
export type ApiHandler = (event: HttpEvent) => Promise<APIGatewayProxyStructuredResultV2>;

/** @throws {ConfigError} naming what is wrong in the environment */
export function createHandler(env: NodeJS.ProcessEnv, handed: Handed): ApiHandler {
  const services = buildServices(parseConfig(LocalConfigSchema, env), handed);
  return async (event) => resultOf(await answer(requestOf(event), services));
}

export function buildServices(config: LocalConfig, handed: Handed): Services {
  return {
    call: openGuardedCall({ allowedHosts: [] }),
    ...handed,
    secretNames: {
      slack: config.SLACK_SIGNING_SECRET,
      links: config.LINK_KEYS_SECRET,
      ingest: config.INGEST_TOKENS_SECRET,
    },
    failures: openFailureLimit({ now: handed.now }),
  };
}
