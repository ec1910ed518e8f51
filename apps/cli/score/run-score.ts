import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { type DataInput, openDataInput } from '../../../shared/adapters/files/data-input';
import { openerWithPriorFile } from '../../../shared/adapters/files/prior-file';
import { builtInModel } from '../../../shared/detection/built-in-model';
import { DEFAULT_SETTINGS, SettingsSchema } from '../../../shared/domain/settings';
import { EXIT, UsageError } from '../exit-codes';
import { settingsGiven } from '../settings-options';
import { type Output, openOutput } from './output';
import { pointScorer } from './point-scorer';
import { progressBar } from './progress-bar';
import { scoreInput } from './score-input';
import { resultColumns, scoreTable } from './score-table';
import { summaryText } from './summary';

export interface ScoreOptions {
  readonly input: string;
  readonly output: string;
  readonly plot?: string;
  readonly timeColumn?: string;
  readonly sourceColumn?: string;
  readonly timeZone: string;
  readonly threshold: number;
  readonly falseAlarmsPerWeek?: number;
  readonly prior?: string;
  readonly quiet?: boolean;
}

/** The command `score`: files in, files out, exit code back. */
export async function runScore(options: ScoreOptions): Promise<number> {
  const startedAt = performance.now();
  refuseOtherPlots(options);
  await refuseSameFile(options);
  const input = await openDataInput(options.input, { ...options, ignoreColumns: resultColumns });
  const outputs: Output[] = [];
  const stopWatching = onSignal(() => void discardAll(outputs));
  try {
    const output = await opened(options.output, outputs);
    const plot = options.plot === undefined ? undefined : await opened(options.plot, outputs);
    const tally = await scored(input, options, output, plot);
    for (const written of outputs) await written.commit();
    process.stderr.write(summaryText(tally, (performance.now() - startedAt) / 1000, options.quiet ?? false));
    return tally.rejected > 0 ? EXIT.someRejected : EXIT.ok;
  } finally {
    stopWatching();
    await discardAll(outputs);
    input.close();
  }
}

async function scored(input: DataInput, options: ScoreOptions, output: Output, plot: Output | undefined) {
  const settings = SettingsSchema.parse({ version: DEFAULT_SETTINGS.version, defaults: settingsGiven(options) });
  const score = pointScorer(await openerWithPriorFile(options.prior), builtInModel, settings);
  const table = scoreTable(input);
  if (!options.quiet) for (const note of [...input.notes, ...table.notes]) process.stderr.write(`note: ${note}\n`);
  const bar = await progressBar(input.bytesTotal, !options.quiet && !(options.output === '-' && process.stdout.isTTY));
  const sketches = plot && (await import('../plot/source-sketches')).sourceSketches();
  try {
    const tally = await scoreInput(input, score, table, output.write, sketches?.add, () =>
      bar.update(input.bytesRead()),
    );
    if (plot && sketches) {
      const { plotSvg } = await import('../../../shared/adapters/chart/plot-svg');
      const threshold = options.falseAlarmsPerWeek === undefined ? options.threshold : undefined;
      await plot.write(plotSvg(sketches.drawn(), { threshold }));
    }
    return tally;
  } finally {
    bar.stop();
  }
}

async function opened(path: string, outputs: Output[]): Promise<Output> {
  const output = await openOutput(path);
  outputs.push(output);
  return output;
}

/** A picture that no viewer opens is worse than none. */
function refuseOtherPlots({ plot = '' }: ScoreOptions): void {
  const extension = path.extname(plot);
  if (extension !== '' && extension.toLowerCase() !== '.svg')
    throw new UsageError(`cannot write ${plot}: plots are SVG, name it ${path.basename(plot, extension)}.svg`);
}

async function refuseSameFile({ input, output, plot }: ScoreOptions): Promise<void> {
  const paths = [input, output, plot].filter((path) => path !== undefined && path !== '-');
  const real = await Promise.all(paths.map((path) => realpath(path!).catch(() => path)));
  if (new Set(real).size < real.length) throw new UsageError('input, output and plot must be different files');
  if (output === '-' && plot === '-') throw new UsageError('only one of output and plot can be standard output');
}

async function discardAll(outputs: readonly Output[]): Promise<void> {
  // What closing has to complain of must not hide why we are here.
  await Promise.allSettled(outputs.map((output) => output.discard()));
}

/** Stopped from outside, nothing half done stays. The exit code is the shell's for the signal. */
function onSignal(clean: () => void): () => void {
  const stop = (signal: NodeJS.Signals) => {
    clean();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return () => process.off('SIGINT', stop).off('SIGTERM', stop);
}
