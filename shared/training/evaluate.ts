import type { Model } from '../detection/model';
import type { EvaluationReport } from './evaluation-report';
import { type Evidence, WEEK_MS } from './evidence';
import { LEVEL, measureModels, RESAMPLES } from './measure-models';
import type { Slice } from './measure-slice';
import { type ReplayConfig, replayModels, type Tested } from './replay-models';
import { partsOf } from './slices';

export interface EvaluationConfig extends ReplayConfig {
  /** Patterns of source names, `*` for any run of characters; absent: by their names without the number at the end. */
  readonly groups?: readonly string[];
  /** Of what chance draws. */
  readonly seed: number;
}

/**
 * What two models are worth on the same points of the past, with the doubt that chance leaves: weeks of sources are drawn again and
 * again with replacement, the same for both, and 90 % of what comes of it lies in the intervals. The same history, labels
 * and seed give the same report. O(points × models); memory: a detector a source, and a number a series and day.
 */
export async function evaluateModels(
  config: EvaluationConfig,
  [champion, challenger]: readonly [champion: Model, challenger: Model],
): Promise<EvaluationReport> {
  const { evidence, tested } = await replayModels(config, [champion, challenger]);
  return reportOn(evidence, tested, config, [champion.version, challenger.version]);
}

/** What comes of evidence of two models. O(1,000 × (blocks + windows) × parts). */
export function reportOn(
  evidence: Evidence,
  tested: Tested,
  config: Pick<EvaluationConfig, 'labels' | 'split' | 'groups' | 'seed'>,
  versions: readonly [champion: string, challenger: string],
): EvaluationReport {
  const parts = partsOf(evidence, config.groups);
  const [before, after, gains] = measureModels(evidence, parts, config.seed, versions);
  const { blocks, windows } = evidence;
  const heard = new Set(windows.map(({ label }) => label));
  const real = config.labels.filter(({ verdict, from }) => verdict === 'real' && from >= config.split.testFrom);
  const injected = parts.overall.windows.filter((at) => windows[at]!.label.origin === 'injected').length;
  return {
    formatVersion: 1,
    split: { ...config.split },
    tested: {
      ...tested,
      from: tested.from ?? null,
      to: tested.to ?? null,
      seriesWeeks: blocks.reduce((sum, { spanMs }) => sum + spanMs, 0) / WEEK_MS,
      blocks: blocks.length,
    },
    windows: {
      people: parts.people.windows.length,
      injected,
      unheard: real.filter((label) => !heard.has(label)).length,
      falseAlarms: windows.length - parts.overall.windows.length,
    },
    level: LEVEL,
    resamples: RESAMPLES,
    seed: config.seed,
    champion: before,
    challenger: after,
    gains,
    sources: labelledSources(evidence, parts.people),
  };
}

function labelledSources({ windows }: Evidence, people: Slice): EvaluationReport['sources'] {
  const bySource = new Map<string, EvaluationReport['sources'][number]>();
  for (const at of people.windows) {
    const { label, firstAlarm } = windows[at]!;
    const known = bySource.get(label.source) ?? {
      source: label.source,
      windows: 0,
      found: { champion: 0, challenger: 0 },
    };
    bySource.set(label.source, known);
    known.windows += 1;
    known.found.champion += firstAlarm[0] === undefined ? 0 : 1;
    known.found.challenger += firstAlarm[1] === undefined ? 0 : 1;
  }
  return [...bySource.values()].sort((a, b) => (a.source < b.source ? -1 : 1));
}
