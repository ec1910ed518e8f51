import { RegistryError } from '../../../training/ports';
import type { HttpAnswer } from '../../http-exchange';
import { withoutSecrets } from '../../notify/without-secrets';
import { Again } from '../../with-retries';

/** The server understood the request and refuses it; the same request will be refused again. */
export class MlflowRefusal extends RegistryError {
  constructor(
    /** MLflow's name for it, as RESOURCE_DOES_NOT_EXIST; empty: it did not say one. */
    readonly errorCode: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const MAY_PASS = new Set(['TEMPORARILY_UNAVAILABLE', 'REQUEST_LIMIT_EXCEEDED', 'RESOURCE_EXHAUSTED', 'ABORTED']);
const NOT_THERE = new Set(['RESOURCE_DOES_NOT_EXIST', 'NOT_FOUND']);

/** Any answer that is no success: {@link Again} where trying again may help. */
export function failure(answer: HttpAnswer, host: string, secrets: readonly string[]): Again | MlflowRefusal {
  const { status, retryAfterMs } = answer;
  const { errorCode, words } = saidIn(answer);
  const said = withoutSecrets(`${errorCode} ${words}`.trim(), secrets);
  if (status === 408 || status === 429 || status >= 500 || MAY_PASS.has(errorCode))
    return new Again(`MLflow at ${host} answered ${status}: ${said}`, retryAfterMs);
  return new MlflowRefusal(
    errorCode,
    status,
    `MLflow at ${host} refuses (${status}): ${said}${wayOut(status, errorCode)}`,
  );
}

/** Is this a refusal because there is nothing of that name? */
export function isNotThere(error: unknown): boolean {
  return error instanceof MlflowRefusal && NOT_THERE.has(error.errorCode);
}

export function isAlreadyThere(error: unknown): boolean {
  return error instanceof MlflowRefusal && error.errorCode === 'RESOURCE_ALREADY_EXISTS';
}

function wayOut(status: number, errorCode: string): string {
  if (status >= 300 && status < 400) return '; set MLFLOW_TRACKING_URI to the address it sends to';
  if (status === 401 || status === 403)
    return '; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN';
  if (status === 404 && errorCode === '') return '; does MLFLOW_TRACKING_URI name an MLflow server?';
  return '';
}

/** MLflow answers `{"error_code": …, "message": …}`, a proxy before it anything. */
function saidIn({ body }: HttpAnswer): { readonly errorCode: string; readonly words: string } {
  const text = body.toString();
  try {
    const { error_code: errorCode, message } = JSON.parse(text) as { error_code?: unknown; message?: unknown };
    if (typeof errorCode === 'string') return { errorCode, words: typeof message === 'string' ? message : '' };
  } catch {
    // Not JSON.
  }
  return { errorCode: '', words: text.replace(/<[^>]*>/g, ' ').trim() || 'without a reason' };
}
