import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '../../../shared/domain/settings';
import { readSettingsDocument } from '../../../shared/domain/settings-document';
import { openSampledPriorLearner } from '../../../shared/training/sampled-prior';
import { shareWords } from '../../../shared/training/source-sample';
import { EXIT } from '../exit-codes';
import { writeOutput } from '../score/output';
import { textOf } from '../text-of';
import { type PriorPointsOptions, priorPoints } from './prior-points';

export interface PriorOptions extends PriorPointsOptions {
  readonly output: string;
  readonly name: string;
  /** A settings document, as `tidewatch settings show` prints it. */
  readonly settings?: string;
  readonly seriesMax: number;
  readonly quiet?: boolean;
}

/** The command `prior`: points in, a prior out, exit code back. */
export async function runPrior(options: PriorOptions): Promise<number> {
  const settings = settingsOf(options);
  const { history, unreadable } = priorPoints(options, settings);
  const learner = openSampledPriorLearner(settings, options);
  for await (const point of history.read()) learner.take(point);
  const document = learner.document(options.name);
  await writeOutput(options.output, `${JSON.stringify(document, null, 1)}\n`);
  const learnt = Object.entries(document.metrics).map(([metric, { series }]) => `${metric} (${series} series)`);
  const said = learnt.length > 0 ? learnt.join(', ') : 'nothing: no metric of three sources with 300 points each';
  const share = Math.min(learner.share(), history.drawn?.().named ?? 1);
  const drawn =
    share === 1 ? '' : `, from ${shareWords(share)} sources: there are more than --points-max and --series-max allow`;
  if (!options.quiet) process.stderr.write(`learnt ${said}${drawn}\n`);
  const { count, words } = unreadable();
  if (count > 0) process.stderr.write(`${words}\n`);
  return count > 0 ? EXIT.someRejected : EXIT.ok;
}

function settingsOf({ settings, timeZone }: PriorOptions): Settings {
  if (settings !== undefined) return SettingsSchema.parse(readSettingsDocument(textOf(settings), settings));
  return SettingsSchema.parse({ version: DEFAULT_SETTINGS.version, defaults: { timeZone } });
}
