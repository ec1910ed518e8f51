import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { openSink, type Sink, type SinkRequest } from '../../../https/testing/sink';
import { type FakeRun, Refused, TrackingRules } from './fake-tracking';

/**
 * MLflow's REST API 2.0 as far as it is used here, strict: it refuses what the specification and MLflow's own validation refuse,
 * every field that it does not know, and every path that it does not have.
 *
 * @see https://mlflow.org/docs/latest/rest-api.html; codes and limits are those of mlflow 3.17 (utils/validation.py)
 */
export interface FakeMlflow {
  /** Without a slash at its end. */
  readonly url: string;
  readonly requests: Sink['requests'];
  readonly tracking: TrackingRules;
  /** By path below `mlflow-artifacts:/`. */
  readonly files: Map<string, Buffer>;
  /** What happens instead of an answer, asked for each call from 0. */
  fate: (call: number, request: SinkRequest) => 'works' | 'hangs' | 'breaks' | FakeAnswer;
  close(): Promise<void>;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeMlflowOptions {
  /** Where new experiments keep artifacts; by default behind the server. */
  readonly artifactRoot?: string;
  /** The one `authorization` that is let in; absent: everybody is. */
  readonly authorization?: string;
  /** Before 2.10: a file that is not there is a failure of the server. */
  readonly isOld?: boolean;
}

/** Versions on one page: few, so that tests meet several pages. */
const PAGE_VERSIONS = 2;

export async function startFakeMlflow(options: FakeMlflowOptions = {}): Promise<FakeMlflow> {
  const tracking = new TrackingRules(options.artifactRoot ?? 'mlflow-artifacts:');
  let calls = 0;
  const sink = await openSink((request, response) => {
    const fate = fake.fate(calls++, request);
    if (fate === 'hangs') return;
    if (fate === 'breaks') return void response.destroy();
    if (fate !== 'works') return void response.writeHead(fate.status, fate.headers).end(fate.body);
    if (options.authorization !== undefined && request.headers.authorization !== options.authorization)
      return void response.writeHead(401, { 'content-type': 'text/html' }).end('<h1>You are not authenticated.</h1>');
    answer(fake, options, request, response);
  });
  const fake: FakeMlflow = {
    url: sink.url,
    requests: sink.requests,
    tracking,
    files: new Map(),
    fate: () => 'works',
    close: () => sink.close(),
  };
  return fake;
}

const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts/';
const API = '/api/2.0/mlflow/';

function answer(fake: FakeMlflow, options: FakeMlflowOptions, request: SinkRequest, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.path, 'http://fake');
  try {
    if (pathname.startsWith(ARTIFACTS)) {
      file(fake, options, request, decodeURIComponent(pathname.slice(ARTIFACTS.length)), response);
      return;
    }
    if (`${request.method} ${pathname}/` === `GET ${ARTIFACTS}`) {
      const listing = JSON.stringify({ files: namesBelow(fake, searchParams.get('path') ?? '') });
      response.writeHead(200, { 'content-type': 'application/json' }).end(listing);
      return;
    }
    const endpoint = `${request.method} ${pathname.slice(API.length)}`;
    const handler = ENDPOINTS[endpoint];
    if (!pathname.startsWith(API) || handler === undefined)
      return void response.writeHead(404).end('<h1>Not Found</h1>');
    const given: unknown =
      request.method === 'GET' ? Object.fromEntries(searchParams) : JSON.parse(request.body.toString());
    const json = JSON.stringify(handler(fake.tracking, given));
    response.writeHead(200, { 'content-type': 'application/json' }).end(json);
  } catch (error) {
    const { code, status, message } =
      error instanceof Refused ? error : new Refused('INVALID_PARAMETER_VALUE', 400, String(error));
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error_code: code, message }));
  }
}

function namesBelow({ files }: FakeMlflow, folder: string) {
  const below = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
  const names = new Set(below.map((path) => path.slice(folder.length + 1).split('/')[0]!));
  return [...names].map((path) => ({ path, is_dir: !files.has(`${folder}/${path}`) }));
}

function file(
  { files }: FakeMlflow,
  { isOld = false }: FakeMlflowOptions,
  { method, body }: SinkRequest,
  path: string,
  response: ServerResponse,
): void {
  if (path.split('/').some((part) => part === '..' || part === ''))
    throw new Refused('INVALID_PARAMETER_VALUE', 400, 'Invalid path');
  if (method === 'PUT') {
    files.set(path, body);
    response.writeHead(200).end();
    return;
  }
  const content = files.get(path);
  if (isOld && content === undefined) throw new Refused('INTERNAL_ERROR', 500, '[Errno 2] No such file or directory');
  if (method !== 'GET' || content === undefined)
    throw new Refused('RESOURCE_DOES_NOT_EXIST', 404, `No such artifact: '${path}'`);
  response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(content);
}

const Tag = z.strictObject({ key: z.string().min(1).max(250), value: z.string().max(5_000) });
const Key = z
  .string()
  .regex(/^[\p{L}\p{N}_/.\- :]{1,250}$/u)
  .refine((key) => !/^\/|\/\/|^\.{1,2}$|(^|\/)\.{1,2}(\/|$)/.test(key));
const Int = z.coerce.number().int();
const Name = z.string().regex(/^[^/:]+$/);
const Alias = z
  .string()
  .regex(/^[\w-]{1,255}$/)
  .refine((alias) => !/^([vV]\d+|latest)$/.test(alias));

/** By method and path: what it is given, checked, and what it answers. */
const ENDPOINTS: Readonly<Record<string, (tracking: TrackingRules, given: unknown) => unknown>> = {
  'GET experiments/get-by-name': endpoint(
    z.strictObject({ experiment_name: z.string().min(1) }),
    (t, { experiment_name }) => ({
      experiment: t.experimentNamed(experiment_name),
    }),
  ),
  'POST experiments/create': endpoint(z.strictObject({ name: z.string().min(1).max(500) }), (t, { name }) => ({
    experiment_id: t.createExperiment(name),
  })),
  'POST runs/create': endpoint(
    z.strictObject({ experiment_id: z.string(), run_name: z.string(), start_time: Int, tags: z.array(Tag) }),
    (t, given) => ({ run: runJson(t.createRun(given.experiment_id, given.tags)) }),
  ),
  'POST runs/search': endpoint(
    z.strictObject({
      experiment_ids: z.array(z.string()).min(1),
      filter: z.string(),
      run_view_type: z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']),
      max_results: Int.min(1).max(50_000),
      order_by: z.array(z.string().regex(/^attributes\.\w+ (ASC|DESC)$/)),
    }),
    (t, given) => {
      // A message without entries has no field for them.
      const runs = t.searchRuns(given.experiment_ids, given.filter).slice(0, given.max_results);
      return runs.length === 0 ? {} : { runs: runs.map(runJson) };
    },
  ),
  'POST runs/log-batch': endpoint(
    z.strictObject({
      run_id: z.string(),
      params: z
        .array(z.strictObject({ key: Key, value: z.string().max(6_000) }))
        .max(100)
        .default([]),
      metrics: z
        .array(z.strictObject({ key: Key, value: z.number(), timestamp: Int.min(0), step: Int }))
        .max(1_000)
        .default([]),
      tags: z.array(Tag).max(100).default([]),
    }),
    (t, { run_id, ...batch }) => t.logBatch(run_id, batch),
  ),
  'POST runs/log-inputs': endpoint(
    z.strictObject({
      run_id: z.string(),
      datasets: z.array(
        z.strictObject({
          tags: z.array(z.strictObject({ key: z.string().max(255), value: z.string().max(500) })),
          dataset: z.strictObject({
            name: z.string().min(1).max(500),
            digest: z.string().min(1).max(36),
            source_type: z.string().min(1),
            source: z.string().max(65_535),
            schema: z.string().max(1_048_575).optional(),
          }),
        }),
      ),
    }),
    (t, { run_id, datasets }) =>
      t.logInputs(
        run_id,
        datasets.map(({ dataset }) => dataset),
      ),
  ),
  'POST runs/update': endpoint(
    z.strictObject({ run_id: z.string(), status: z.enum(['RUNNING', 'FINISHED', 'FAILED', 'KILLED']), end_time: Int }),
    (t, { run_id, status }) => t.updateRun(run_id, status),
  ),
  'GET registered-models/get': endpoint(z.strictObject({ name: Name }), (t, { name }) => ({
    registered_model: t.registeredModel(name),
  })),
  'POST registered-models/create': endpoint(z.strictObject({ name: Name }), (t, { name }) => t.createModel(name)),
  'POST registered-models/set-tag': endpoint(
    z.strictObject({ name: Name, key: z.string().min(1).max(250), value: z.string().max(5_000) }),
    (t, { name, key, value }) => t.setModelTag(name, key, value),
  ),
  'POST registered-models/alias': endpoint(
    z.strictObject({ name: Name, alias: Alias, version: z.string().regex(/^\d+$/) }),
    (t, { name, alias, version }) => t.setAlias(name, alias, Number(version)),
  ),
  'DELETE registered-models/alias': endpoint(z.strictObject({ name: Name, alias: Alias }), (t, { name, alias }) =>
    t.deleteAlias(name, alias),
  ),
  'GET model-versions/get': endpoint(z.strictObject({ name: Name, version: Int }), (t, { name, version }) => ({
    model_version: t.version(name, version),
  })),
  'GET model-versions/search': endpoint(
    z.strictObject({
      filter: z.string(),
      max_results: Int.min(1).max(200_000),
      page_token: z.string().min(1).optional(),
    }),
    (t, given) => {
      const all = t.searchVersions(given.filter);
      const from = Number(given.page_token ?? 0);
      const page = all.slice(from, from + Math.min(PAGE_VERSIONS, given.max_results));
      if (page.length === 0) return {};
      const isMore = from + page.length < all.length;
      return { model_versions: page, ...(isMore ? { next_page_token: String(from + page.length) } : {}) };
    },
  ),
  'POST model-versions/create': endpoint(
    z.strictObject({
      name: Name,
      source: z.string(),
      run_id: z.string(),
      description: z.string().max(5_000),
      tags: z.array(Tag),
    }),
    (t, given) => ({ model_version: t.createVersion(given) }),
  ),
};

function endpoint<Given>(schema: z.ZodType<Given>, work: (tracking: TrackingRules, given: Given) => unknown) {
  return (tracking: TrackingRules, given: unknown): unknown => {
    const parsed = schema.safeParse(given);
    if (parsed.success) return work(tracking, parsed.data) ?? {};
    throw new Refused('INVALID_PARAMETER_VALUE', 400, z.prettifyError(parsed.error));
  };
}

function runJson({ runId, artifactUri, status, tags }: FakeRun) {
  return {
    info: { run_id: runId, artifact_uri: artifactUri, status, lifecycle_stage: 'active' },
    data: { tags: [...tags].map(([key, value]) => ({ key, value })) },
  };
}
