import { openDataInput } from '../../../shared/adapters/files/data-input';
import { openerWithPriorFile } from '../../../shared/adapters/files/prior-file';
import { builtInModel } from '../../../shared/detection/built-in-model';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import { DEFAULT_SETTINGS, SettingsSchema } from '../../../shared/domain/settings';
import { pointScorer } from '../score/point-scorer';
import { progressBar } from '../score/progress-bar';
import { type SettingsOptions, settingsGiven } from '../settings-options';

export interface HistoryOptions extends SettingsOptions {
  readonly input: string;
  readonly timeColumn?: string;
  readonly sourceColumn?: string;
  readonly prior?: string;
  readonly quiet?: boolean;
}

export interface History {
  /** In order of time; within a moment as they came. */
  readonly events: readonly AnomalyEvent[];
  readonly points: number;
  readonly sources: number;
  readonly rejected: number;
  /** Of the data, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** What detection says of a file, as it would have said it live: point by point, by the points before. */
export async function historyEvents(options: HistoryOptions): Promise<History> {
  const settings = SettingsSchema.parse({ version: DEFAULT_SETTINGS.version, defaults: settingsGiven(options) });
  const score = pointScorer(await openerWithPriorFile(options.prior), builtInModel, settings);
  const input = await openDataInput(options.input, options);
  const bar = await progressBar(input.bytesTotal, !options.quiet);
  const events: AnomalyEvent[] = [];
  const sources = new Set<string>();
  let [points, rejected, from, to] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  try {
    for await (const batch of input.batches()) {
      for (const item of batch) {
        if (item.kind === 'rejected' && item.reason !== 'empty') rejected += 1;
        if (item.kind !== 'point') continue;
        const { source, timestamp } = item.point;
        events.push(...score(item.point).conclusion.events);
        sources.add(source);
        points += 1;
        from = Math.min(from, timestamp);
        to = Math.max(to, timestamp);
      }
      bar.update(input.bytesRead());
    }
  } finally {
    bar.stop();
    input.close();
  }
  events.sort((a, b) => a.timestamp - b.timestamp);
  return { events, points, sources: sources.size, rejected, from, to };
}
