/** An error as MLflow answers it. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const notThere = (what: string) => new Refused('RESOURCE_DOES_NOT_EXIST', 404, `${what} not found`);
const invalid = (message: string) => new Refused('INVALID_PARAMETER_VALUE', 400, message);
const alreadyThere = (what: string) => new Refused('RESOURCE_ALREADY_EXISTS', 400, `${what} already exists`);

export interface FakeRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly artifactUri: string;
  status: string;
  readonly params: Map<string, string>;
  readonly metrics: Map<string, number>;
  readonly tags: Map<string, string>;
  readonly datasets: Map<string, unknown>;
}

interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface FakeVersion {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly run_id: string;
  readonly status: string;
  readonly tags: readonly Tag[];
}

interface FakeModel {
  readonly versions: FakeVersion[];
  readonly tags: Map<string, string>;
  readonly aliases: Map<string, number>;
}

/** What MLflow keeps, and the rules it keeps it by. */
export class TrackingRules {
  readonly experiments = new Map<string, { experiment_id: string; lifecycle_stage: string }>();
  readonly runs = new Map<string, FakeRun>();
  readonly models = new Map<string, FakeModel>();

  constructor(private readonly artifactRoot: string) {}

  experimentNamed(name: string) {
    const experiment = this.experiments.get(name);
    if (experiment === undefined) throw notThere(`experiment ${name}`);
    return { name, ...experiment };
  }

  createExperiment(name: string): string {
    // A deleted one keeps its name.
    if (this.experiments.has(name)) throw alreadyThere(`experiment ${name}`);
    const id = String(this.experiments.size + 1);
    this.experiments.set(name, { experiment_id: id, lifecycle_stage: 'active' });
    return id;
  }

  createRun(experimentId: string, tags: readonly Tag[]): FakeRun {
    if (![...this.experiments.values()].some((one) => one.experiment_id === experimentId)) throw notThere('experiment');
    const runId = (this.runs.size + 1).toString(16).padStart(32, '0');
    const artifactUri = `${this.artifactRoot}/${experimentId}/${runId}/artifacts`;
    const run: FakeRun = {
      ...{ runId, experimentId, artifactUri, status: 'RUNNING' },
      ...{ params: new Map(), metrics: new Map(), datasets: new Map() },
      tags: new Map(tags.map(({ key, value }) => [key, value])),
    };
    this.runs.set(runId, run);
    return run;
  }

  searchRuns(experimentIds: readonly string[], filter: string): readonly FakeRun[] {
    const [, key, value] = /^tags\.`([^`]+)` = '([^']*)'$/.exec(filter) ?? [];
    if (key === undefined) throw invalid(`filter ${filter}`);
    return [...this.runs.values()].filter(
      (run) => experimentIds.includes(run.experimentId) && run.tags.get(key) === value,
    );
  }

  logBatch(
    runId: string,
    {
      params,
      metrics,
      tags,
    }: { params: readonly Tag[]; metrics: readonly { key: string; value: number }[]; tags: readonly Tag[] },
  ): void {
    const run = this.run(runId);
    if (params.length + metrics.length + tags.length > 1_000) throw invalid('at most 1000 in all');
    if (new Set(params.map(({ key }) => key)).size < params.length) throw invalid('Duplicate parameter keys');
    for (const { key, value } of params) {
      if ((run.params.get(key) ?? value) !== value) throw invalid(`Changing param values is not allowed: ${key}`);
      run.params.set(key, value);
    }
    for (const { key, value } of metrics) run.metrics.set(key, value);
    for (const { key, value } of tags) run.tags.set(key, value);
  }

  logInputs(runId: string, datasets: readonly { name: string; digest: string }[]): void {
    const run = this.run(runId);
    for (const dataset of datasets) run.datasets.set(`${dataset.name} ${dataset.digest}`, dataset);
  }

  updateRun(runId: string, status: string): void {
    this.run(runId).status = status;
  }

  registeredModel(name: string) {
    const { tags, aliases } = this.model(name);
    return {
      name,
      // Empty lists have no field.
      ...(tags.size === 0 ? {} : { tags: [...tags].map(([key, value]) => ({ key, value })) }),
      ...(aliases.size === 0
        ? {}
        : { aliases: [...aliases].map(([alias, version]) => ({ alias, version: String(version) })) }),
    };
  }

  createModel(name: string) {
    if (this.models.has(name)) throw alreadyThere(`Registered Model (name=${name})`);
    this.models.set(name, { versions: [], tags: new Map(), aliases: new Map() });
    return { registered_model: { name } };
  }

  setModelTag(name: string, key: string, value: string): void {
    this.model(name).tags.set(key, value);
  }

  setAlias(name: string, alias: string, version: number): void {
    this.version(name, version);
    this.model(name).aliases.set(alias, version);
  }

  deleteAlias(name: string, alias: string): void {
    this.model(name).aliases.delete(alias);
  }

  version(name: string, version: number): FakeVersion {
    const found = this.models.get(name)?.versions.find((one) => Number(one.version) === version);
    if (found === undefined) throw notThere(`Model Version (name=${name}, version=${version})`);
    return found;
  }

  createVersion(given: { name: string; source: string; run_id: string; tags: readonly Tag[] }): FakeVersion {
    const { versions } = this.model(given.name);
    const { artifactUri } = this.run(given.run_id);
    if (given.source.startsWith('mlflow-artifacts:') && !given.source.startsWith(`${artifactUri}/`))
      throw invalid(`Invalid model version source: '${given.source}'`);
    const version = { ...given, version: String(versions.length + 1), status: 'READY' };
    versions.push(version);
    return version;
  }

  searchVersions(filter: string): readonly FakeVersion[] {
    const [, name = '', , key, value] = /^name = '([^']*)'( and tags\.`([^`]+)` = '([^']*)')?$/.exec(filter) ?? [];
    if (name === '') throw invalid(`filter ${filter}`);
    const all = this.models.get(name)?.versions ?? [];
    // By default the last changed comes first.
    return [...all]
      .reverse()
      .filter(({ tags }) => key === undefined || tags.some((tag) => tag.key === key && tag.value === value));
  }

  private run(runId: string): FakeRun {
    const run = this.runs.get(runId);
    if (run === undefined) throw notThere(`Run ${runId}`);
    return run;
  }

  private model(name: string): FakeModel {
    const model = this.models.get(name);
    if (model === undefined) throw notThere(`Registered Model with name=${name}`);
    return model;
  }
}
