import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { openDataInput } from '../../../shared/adapters/files/data-input';
import { builtInModel } from '../../../shared/detection/built-in-model';
import { openSourceDetector } from '../../../shared/detection/open-source-detector';
import { openWeightedModel } from '../../../shared/detection/weighted-model';
import { type DataPoint, TimestampSchema } from '../../../shared/domain/data-point';
import { DEFAULT_SETTINGS, SettingsSchema } from '../../../shared/domain/settings';
import { type Evaluation, evaluateModels } from '../../../shared/training/evaluate';
import { followChampion } from '../../../shared/training/follow-champion';
import { type GateDecision, gate } from '../../../shared/training/gate';
import { type Label, LabelsSchema } from '../../../shared/training/labels';
import type { ModelRegistry, PointHistory, TrainingRecord } from '../../../shared/training/ports';
import { splitByTime } from '../../../shared/training/split';
import { type TrainedModel, trainModel } from '../../../shared/training/train-model';
import { getTrainingData } from '../../../shared/training/training-data';
import { TrainingError } from '../../../shared/training/training-error';
import { EXIT, UsageError } from '../exit-codes';
import { openOutput } from '../score/output';
import { progressBar } from '../score/progress-bar';
import { openModels } from './open-models';
import { reportText } from './report-text';

export interface TrainOptions {
  readonly input: string;
  readonly labels: string;
  readonly models: string;
  readonly report?: string;
  readonly timeColumn?: string;
  readonly sourceColumn?: string;
  readonly timeZone: string;
  readonly from?: string;
  readonly to?: string;
  readonly sources?: string;
  readonly metrics?: string;
  readonly testShare: number;
  readonly gapDays: number;
  readonly pull: number;
  readonly rowsMax: number;
  readonly seed: number;
  readonly quiet?: boolean;
}

const DAY_MS = 86_400_000;

/** The command `train`: prepare, split, train, evaluate, gate, register, and promote what the gate lets through. */
export async function runTrain(options: TrainOptions): Promise<number> {
  if (options.input === '-') throw new UsageError('--input must be a file: it is read twice');
  const say = (text: string) => void (options.quiet || process.stderr.write(`${text}\n`));
  const labels = await readLabels(options.labels);
  const split = splitByTime(labels, options.testShare, options.gapDays * DAY_MS);
  const { version } = DEFAULT_SETTINGS;
  const common = {
    openDetector: openSourceDetector,
    settings: SettingsSchema.parse({ version, defaults: { timeZone: options.timeZone } }),
    labels,
    ...(options.sources === undefined ? {} : { sources: options.sources }),
  };
  const { registry, live } = await openModels(options.models);
  const champion = await championOf(registry);
  const tally = { hash: createHash('sha256').update(JSON.stringify(labels)), rejected: 0 };

  say('prepare: replaying the points through the engine');
  const data = await getTrainingData({
    ...common,
    history: historyOf(
      options,
      (point) => tally.hash.update(JSON.stringify(point)),
      () => (tally.rejected += 1),
    ),
    ...span(options),
    ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
    rowsMax: options.rowsMax,
    seed: options.seed,
  });
  say(`train: ${data.points} points of ${data.sources} sources, ${data.rows.length} vectors`);
  const trained = trainModel(data, split, { pull: options.pull });
  say('evaluate: the champion and the new one on the test part');
  const history = historyOf(
    options,
    () => {},
    () => {},
  );
  const models = [champion, openWeightedModel(trained.artifact)];
  const [before, after] = await evaluateModels({ ...common, history, split }, models);
  const decision = gate(before!, after!, options.seed);
  const { parameters, metrics } = recordOf(options, after!, decision, split.testFrom);
  const record = { run: randomUUID(), trainedAt: Date.now(), dataset: tally.hash.digest('hex').slice(0, 32) };
  const { promote: promoted, reasons } = decision;
  const registered = await registry.register(trained.artifact, { ...record, parameters, metrics, promoted, reasons });
  if (promoted) {
    await registry.promote(registered.version);
    await followChampion(registry, live);
  }
  const report = {
    version: registered.version,
    split,
    trained,
    data: summaryOf(data),
    champion: before!,
    challenger: after!,
    decision,
  };
  if (options.report !== undefined) await writeReport(options.report, report);
  if (options.report !== '-') process.stdout.write(reportText(report, options.quiet ?? false));
  if (tally.rejected > 0) process.stderr.write(`${tally.rejected} rows could not be read\n`);
  return tally.rejected > 0 ? EXIT.someRejected : EXIT.ok;
}

export interface TrainReport {
  readonly version: number;
  readonly split: { readonly trainTo: number; readonly testFrom: number };
  readonly trained: TrainedModel;
  readonly champion: Evaluation;
  readonly challenger: Evaluation;
  readonly decision: GateDecision;
}

function summaryOf({ rows, ...counts }: Awaited<ReturnType<typeof getTrainingData>>) {
  return { ...counts, rows: rows.length };
}

async function readLabels(file: string): Promise<readonly Label[]> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new TrainingError(
      `cannot read labels ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`,
      { cause },
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TrainingError(`labels ${file}: not JSON`, { cause });
  }
  const parsed = LabelsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TrainingError(`labels ${file}: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
}

async function championOf(registry: ModelRegistry) {
  const version = await registry.champion();
  if (version === undefined) return builtInModel;
  return openWeightedModel((await registry.read(version)).artifact);
}

function historyOf(...given: Parameters<typeof pointsOf>): PointHistory {
  return { bySource: false, read: () => pointsOf(...given) };
}

async function* pointsOf(options: TrainOptions, see: (point: DataPoint) => void, reject: () => void) {
  const input = await openDataInput(options.input, options);
  const to = instant(options.to, '--to') ?? Number.POSITIVE_INFINITY;
  const bar = await progressBar(input.bytesTotal, !options.quiet);
  try {
    for await (const batch of input.batches()) {
      for (const item of batch) {
        if (item.kind === 'rejected' && item.reason !== 'empty') reject();
        if (item.kind !== 'point' || item.point.timestamp >= to) continue;
        see(item.point);
        yield item.point;
      }
      bar.update(input.bytesRead());
    }
  } finally {
    bar.stop();
    input.close();
  }
}

function span({ from, to }: TrainOptions) {
  const [first, end] = [instant(from, '--from'), instant(to, '--to')];
  return { ...(first === undefined ? {} : { from: first }), ...(end === undefined ? {} : { to: end }) };
}

function instant(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const parsed = z.safeParse(TimestampSchema, text);
  if (!parsed.success) throw new UsageError(`${option} ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

function recordOf(
  options: TrainOptions,
  after: Evaluation,
  decision: GateDecision,
  testFrom: number,
): Pick<TrainingRecord, 'parameters' | 'metrics'> {
  const { blocks, model, delayMs, ...measures } = after;
  const known = Object.entries({ ...measures, delayMs, confidence: decision.confidence }).filter(([, value]) =>
    Number.isFinite(value),
  );
  return {
    parameters: {
      pull: options.pull,
      testShare: options.testShare,
      gapDays: options.gapDays,
      rowsMax: options.rowsMax,
      seed: options.seed,
      testFrom: new Date(testFrom).toISOString(),
    },
    metrics: Object.fromEntries(known),
  };
}

async function writeReport(file: string, report: TrainReport): Promise<void> {
  const output = await openOutput(file);
  try {
    await output.write(`${JSON.stringify(report, null, 2)}\n`);
    await output.commit();
  } finally {
    await output.discard();
  }
}
