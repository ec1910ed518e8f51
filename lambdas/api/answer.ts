import { type HttpRequest, type HttpResponse, jsonResponse } from '../../shared/runtime/http';
import { takeMailAction } from './mail-action';
import { showPage } from './mail-page';
import { NotAllowed } from './not-allowed';
import { page } from './page';
import { takePoints } from './points';
import type { RequestKind, Services } from './services';
import { takeSlackAction } from './slack-action';

interface Way {
  readonly kind: RequestKind;
  /** Of the body. */
  readonly bytesMax: number;
  readonly take: (request: HttpRequest, services: Services) => Promise<HttpResponse>;
}

/** Above the limit of a record, so that a body over it is told so by who reads it. */
const POINTS_BYTES_MAX = 1_100_000;
const ACTION_BYTES_MAX = 16_384;
/** Slack sends the whole message with what was pressed. */
const SLACK_BYTES_MAX = 262_144;

/** Everything that is answered; all else is not found. */
const WAYS: Readonly<Record<string, Way>> = {
  'POST /points': { kind: 'points', bytesMax: POINTS_BYTES_MAX, take: takePoints },
  'POST /slack/actions': { kind: 'slack', bytesMax: SLACK_BYTES_MAX, take: takeSlackAction },
  'GET /alerts/act': { kind: 'page', bytesMax: 0, take: showPage },
  'POST /alerts/act': { kind: 'action', bytesMax: ACTION_BYTES_MAX, take: takeMailAction },
};

/**
 * Answers a request. Every way asks for proof: a bearer token, Slack's signature, a signed link. Who fails to give it too often
 * is told no more than that for a while; who gives it is never shut out by others. Never rejects, and no answer holds what went wrong within.
 */
export async function answer(request: HttpRequest, services: Services): Promise<HttpResponse> {
  const { kind, response } = await outcomeOf(request, services);
  services.observe.answered(kind, response.status);
  return response;
}

async function outcomeOf(
  request: HttpRequest,
  services: Services,
): Promise<{ readonly kind: RequestKind; readonly response: HttpResponse }> {
  const { failures, observe } = services;
  const way = Object.hasOwn(WAYS, wayOf(request)) ? WAYS[wayOf(request)] : undefined;
  if (way === undefined) return { kind: 'not-found', response: jsonResponse(404, { error: 'not found' }) };
  if (request.body.length > way.bytesMax)
    return { kind: 'refused', response: jsonResponse(413, { error: `the body has more than ${way.bytesMax} bytes` }) };
  try {
    return { kind: way.kind, response: await way.take(request, services) };
  } catch (error) {
    if (error instanceof NotAllowed) {
      // Only now: who gives proof is heard, whoever else fails behind the same address.
      if (failures.isReached(request.from))
        return {
          kind: 'limited',
          response: jsonResponse(429, { error: 'too many failures; try again later' }, { 'retry-after': '60' }),
        };
      failures.failed(request.from);
      return {
        kind: 'refused',
        response: said(way, way.kind === 'points' || way.kind === 'slack' ? 401 : 403, error.message),
      };
    }
    observe.problem(way.kind, error);
    return { kind: 'failed', response: said(way, 503, 'this cannot be done for now; try again') };
  }
}

/** To programs as JSON, to people as a page. */
function said({ kind }: Way, status: number, words: string): HttpResponse {
  if (kind === 'page' || kind === 'action') return page(status, words, '');
  return jsonResponse(status, { error: words }, status === 503 ? { 'retry-after': '5' } : {});
}

function wayOf({ method, path }: HttpRequest): string {
  return `${method} ${path}`;
}
