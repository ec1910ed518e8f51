import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { readSecret } from '../../shared/adapters/notify/read-secret';
import { type HttpRequest, type HttpResponse, jsonResponse } from '../../shared/runtime/http';
import { readPosted, UNKNOWN_ENCODING } from '../../shared/runtime/ingest';
import { answerFor } from '../../shared/runtime/ingest-answer';
import { NotAllowed } from './not-allowed';
import type { Services } from './services';

/** All are accepted, so that a token can be changed without a gap. */
const TokensSchema = z.object({ tokens: z.array(z.string().min(24)).min(1).max(10) });

/**
 * Data points over HTTP, with a bearer token. 202 when all that are usable are on the stream; those that are not are named. Sent
 * again after a 503, points do no harm: the first value of a time counts.
 */
export async function takePoints(request: HttpRequest, services: Services): Promise<HttpResponse> {
  await authenticate(request, services);
  const settings = await services.settings();
  const decoded = readPosted(request.body, request.headers['content-encoding'], settings, services.now());
  if (decoded === undefined) return jsonResponse(415, { error: UNKNOWN_ENCODING });
  if (decoded.points.length > 0) await services.producer.put(decoded.points.map(({ point }) => point));
  const { status, body } = answerFor(decoded);
  return jsonResponse(status, body);
}

async function authenticate({ headers }: HttpRequest, { secrets, secretNames }: Services): Promise<void> {
  if (secretNames.ingest === undefined) throw new NotAllowed('points are not taken here');
  const given = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers['authorization'] ?? '')?.[1];
  if (given === undefined) throw new NotAllowed('a bearer token is needed');
  const { tokens } = await readSecret(secrets, secretNames.ingest, TokensSchema);
  // All are compared, each in constant time.
  if (!tokens.map((token) => isSame(token, given)).includes(true)) throw new NotAllowed('this token is not accepted');
}

/** Digests have one length, whatever is compared. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
