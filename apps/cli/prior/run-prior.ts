import { openDataInput } from '../../../shared/adapters/files/data-input';
import { openPriorLearner } from '../../../shared/detection/prior-learner';
import { DEFAULT_SETTINGS, SettingsSchema } from '../../../shared/domain/settings';
import { EXIT } from '../exit-codes';
import { openOutput } from '../score/output';
import { resultColumns } from '../score/score-table';

export interface PriorOptions {
  readonly input: string;
  readonly output: string;
  readonly name: string;
  readonly timeColumn?: string;
  readonly sourceColumn?: string;
  readonly timeZone: string;
  readonly quiet?: boolean;
}

/** The command `prior`: points in, a prior out, exit code back. */
export async function runPrior(options: PriorOptions): Promise<number> {
  const input = await openDataInput(options.input, { ...options, ignoreColumns: resultColumns });
  try {
    const { version } = DEFAULT_SETTINGS;
    const learner = openPriorLearner(SettingsSchema.parse({ version, defaults: { timeZone: options.timeZone } }));
    let rejected = 0;
    for await (const batch of input.batches()) {
      for (const item of batch) {
        if (item.kind === 'point') learner.take(item.point);
        else if (item.reason !== 'empty') rejected += 1;
      }
    }
    const document = learner.document(options.name);
    const output = await openOutput(options.output);
    try {
      await output.write(`${JSON.stringify(document, null, 1)}\n`);
      await output.commit();
    } finally {
      await output.discard();
    }
    const learnt = Object.entries(document.metrics).map(([metric, { series }]) => `${metric} (${series} series)`);
    const said = learnt.length > 0 ? learnt.join(', ') : 'nothing: no metric of three sources with 300 points each';
    if (!options.quiet) process.stderr.write(`learnt ${said}\n`);
    if (rejected > 0) process.stderr.write(`${rejected} rows could not be read\n`);
    return rejected > 0 ? EXIT.someRejected : EXIT.ok;
  } finally {
    input.close();
  }
}
