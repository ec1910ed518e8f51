import { readSecret } from '../../shared/adapters/notify/read-secret';
import { type ActionGrant, LinkKeysSchema, readAction } from '../../shared/alerting/action-token';
import { NotAllowed } from './not-allowed';
import type { Services } from './services';

/**
 * What the token of a link grants.
 *
 * @throws {NotAllowed} if it was not signed here or its time is over
 */
export async function grantOf(token: string, { secrets, secretNames, now }: Services): Promise<ActionGrant> {
  if (secretNames.links === undefined) throw new NotAllowed('links are not listened to here');
  const { keys } = await readSecret(secrets, secretNames.links, LinkKeysSchema);
  const grant = readAction(token, keys, now());
  if (grant === undefined) throw new NotAllowed('this link is not, or no longer, valid');
  return grant;
}
