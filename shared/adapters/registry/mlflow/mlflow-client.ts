import { z } from 'zod';
import { RegistryError } from '../../../training/ports';
import type { HttpAnswer, HttpExchange } from '../../http-exchange';
import { Again, withRetries } from '../../with-retries';
import { failure, isNotThere } from './mlflow-faults';
import type { MlflowTarget } from './mlflow-target';

export interface MlflowClientOptions {
  readonly target: MlflowTarget;
  readonly exchange: HttpExchange;
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
}

type Query = Readonly<Record<string, string | number>>;

/** One attempt at each call of MLflow's REST API 2.0, as `runs/create`. @throws {Again} {MlflowRefusal} */
export interface MlflowCalls {
  get<T>(path: string, query: Query, schema: z.ZodType<T>): Promise<T>;
  send<T>(method: 'POST' | 'DELETE', path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
}

export interface MlflowClient {
  /**
   * Makes calls, and all of them once more when one fails for now: they find what they made the time before.
   * @throws {TransientFault} when the time is used up
   * @throws {MlflowRefusal}
   */
  calling<T>(work: (calls: MlflowCalls) => Promise<T>): Promise<T>;
  /** A file that the server keeps, by its path below `mlflow-artifacts:/`. */
  putFile(path: string, content: Uint8Array): Promise<void>;
  getFile(path: string): Promise<Buffer | undefined>;
  readonly url: string;
}

export const NOTHING = z.unknown();
/** Of a folder; names are relative to it. */
const ListingSchema = z.object({ files: z.array(z.object({ path: z.string() })).default([]) });

export function openMlflowClient(options: MlflowClientOptions): MlflowClient {
  const { target, exchange } = options;
  const host = new URL(target.url).host;
  const attempt = async (
    method: string,
    url: string,
    type: string,
    body: Uint8Array | undefined,
    timeoutMs: number,
  ) => {
    const unsigned = body === undefined ? {} : { 'content-type': type, 'content-length': String(body.length) };
    const headers = await target.authorize({ method, url, headers: unsigned, body });
    const answer = await exchange.call({ url, method, headers, timeoutMs, ...(body === undefined ? {} : { body }) });
    if (answer.status < 200 || answer.status > 299) throw failure(answer, host, target.secrets);
    return answer;
  };
  const retried = <T>(work: (timeoutMs: number) => Promise<T>) => withRetries({ ...options, part: 'registry' }, work);
  const callsWithin = (timeoutMs: number): MlflowCalls => ({
    async get(path, query, schema) {
      const text = Object.entries(query).map(([name, value]) => `${name}=${encoded(String(value))}`);
      const url = `${target.url}/api/2.0/mlflow/${path}?${text.join('&')}`;
      return parsed(await attempt('GET', url, '', undefined, timeoutMs), schema, path, host);
    },
    async send(method, path, body, schema) {
      const url = `${target.url}/api/2.0/mlflow/${path}`;
      const json = Buffer.from(JSON.stringify(body));
      return parsed(await attempt(method, url, 'application/json', json, timeoutMs), schema, path, host);
    },
  });
  const fileUrl = (path: string) =>
    `${target.url}/api/2.0/mlflow-artifacts/artifacts/${path.split('/').map(encoded).join('/')}`;
  const isListed = async (path: string, timeoutMs: number): Promise<boolean> => {
    const at = path.lastIndexOf('/');
    const url = `${target.url}/api/2.0/mlflow-artifacts/artifacts?path=${encoded(path.slice(0, at))}`;
    const listing = parsed(await attempt('GET', url, '', undefined, timeoutMs), ListingSchema, 'artifacts', host);
    return listing.files.some((file) => file.path === path.slice(at + 1));
  };
  return {
    url: target.url,
    calling: (work) => retried((timeoutMs) => work(callsWithin(timeoutMs))),
    async putFile(path, content) {
      await retried((timeoutMs) => attempt('PUT', fileUrl(path), 'application/octet-stream', content, timeoutMs));
    },
    getFile: (path) =>
      retried(async (timeoutMs) => {
        try {
          return (await attempt('GET', fileUrl(path), '', undefined, timeoutMs)).body;
        } catch (error) {
          if (isNotThere(error)) return undefined;
          // Servers before 2.10 call a file that is not there a failure of theirs.
          if (error instanceof Again && !(await isListed(path, timeoutMs))) return undefined;
          throw error;
        }
      }),
  };
}

/** Strictly as RFC 3986, which is what signatures are made over. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function parsed<T>({ body }: HttpAnswer, schema: z.ZodType<T>, path: string, host: string): T {
  const unlike = (cause: unknown) =>
    new RegistryError(
      `${host} does not answer ${path} as MLflow does; does MLFLOW_TRACKING_URI name an MLflow server?`,
      {
        cause,
      },
    );
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch (error) {
    throw unlike(error);
  }
  const result = schema.safeParse(json);
  if (!result.success) throw unlike(result.error);
  return result.data;
}
