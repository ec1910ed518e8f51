import type { ChangedEpisode } from '../../../shared/training/thresholds/compare-episodes';
import type {
  Findings,
  GroupProposal,
  NewerPart,
  Outlook,
} from '../../../shared/training/thresholds/propose-thresholds';
import { clock, wholeNumber } from '../../local/screen/numbers';
import { plainText } from '../../local/screen/plain-text';
import { counted } from '../rejection-lines';
import { inForceWords } from './proposal';

export interface LookedAt {
  readonly from: number;
  readonly to: number;
  readonly settingsVersion: number;
}

/** Groups that stay as they are and are told one by one; all are counted. */
const KEPT_SHOWN = 12;

/** A proposal for people: what would change and why, what it would have done, and what stays as it is. */
export function proposalLines(findings: Findings, { from, to, settingsVersion }: LookedAt): string[] {
  const { groups, rows } = findings;
  const changing = groups.filter(({ choice }) => choice.threshold !== undefined);
  const keeping = groups.filter(({ choice }) => choice.threshold === undefined);
  const judged = sum(groups, ({ precision }) => precision.judged);
  const real = sum(groups, ({ precision }) => precision.real);
  const series = sum(groups, (group) => group.series);
  return [
    `${day(from)} to ${day(to)}: ${wholeNumber(rows)} scores of ${wholeNumber(series)} series; ${counted(judged, 'verdict')}, ${real} real and ${judged - real} false; settings version ${settingsVersion}`,
    ...notes(findings),
    ...changing.flatMap((group) => ['', ...changeLines(group)]),
    '',
    ...(changing.length > 0 && keeping.length > 0 ? ['these stay as they are:'] : []),
    ...keeping.slice(0, KEPT_SHOWN).map(keepLine),
    ...(keeping.length > KEPT_SHOWN ? [`… and ${keeping.length - KEPT_SHOWN} more`] : []),
  ].map(plainText);
}

function notes({ models, settingsVersions }: Findings): string[] {
  return [
    ...(models.length > 1
      ? [
          `note: scores of ${models.length} models (${models.join(', ')}); what an earlier one gave says less of what comes`,
        ]
      : []),
    ...(settingsVersions.length > 1
      ? [
          `note: told by versions ${settingsVersions.join(', ')} of the settings; "before" is what those in force would have told`,
        ]
      : []),
  ];
}

function changeLines({
  group,
  inForce,
  choice,
  series,
  precision,
  before,
  after,
  check,
  changes,
}: GroupProposal): string[] {
  return [
    `${group.pattern} (${counted(group.sources.length, 'source')}, ${wholeNumber(series)} series)`,
    `  threshold ${inForceWords(inForce)} → ${choice.threshold}: ${choice.why.join('; ')}`,
    ...precisionLines(precision),
    ...outlookLines(before, after!),
    ...checkLines(check!),
    ...episodeLines('go', changes!.goneCount, changes!.gone),
    ...episodeLines('come', changes!.comeCount, changes!.come),
  ];
}

/** What users know by how often they were called for nothing. */
function precisionLines({ real, judged, interval }: GroupProposal['precision']): string[] {
  if (judged === 0) return [];
  const [low, high] = interval.map(percent);
  return [
    `  live precision: ${real} of ${judged} judged alarms were real, ${percent(real / judged)} % (${low} to ${high} %)`,
  ];
}

function outlookLines(before: Outlook, after: Outlook): string[] {
  const line = (what: string, of: (outlook: Outlook) => string) =>
    `  ${what.padEnd(36)}${of(before).padStart(8)}${of(after).padStart(8)}`;
  return [
    `  ${''.padEnd(36)}${'before'.padStart(8)}${'after'.padStart(8)}`,
    line('alarms a series and week', ({ alarms }) => alarms.toFixed(2)),
    line('of them not called real', ({ suspects }) => suspects.toFixed(2)),
    line('faults found, of those called real', ({ faults }) => String(faults)),
    line('alarms called false', ({ falseAlarms }) => String(falseAlarms)),
  ];
}

function checkLines({ from, threshold, before, after }: NewerPart): string[] {
  if (threshold === undefined)
    return [`  without the time from ${day(from)} on nothing would be changed: there is no newer time to test it on`];
  return [
    `  chosen by the time before ${day(from)} alone (${threshold}), it tells after that ${after.faults} of ${before.faults} faults, ${after.falseAlarms} of ${before.falseAlarms} false alarms, ${after.alarms.toFixed(2)} alarms a series and week in place of ${before.alarms.toFixed(2)}`,
  ];
}

function episodeLines(what: 'go' | 'come', count: number, named: readonly ChangedEpisode[]): string[] {
  if (count === 0) return [];
  const some = named.length < count ? `, the strongest ${named.length} of them` : '';
  return [`  ${counted(count, 'alarm')} would ${what}${some}:`, ...named.map(episodeLine)];
}

function episodeLine({ source, metric, opened, strongest, verdict }: ChangedEpisode): string {
  const said = verdict === undefined ? '' : verdict === 'real' ? '  real, and told by another alarm' : '  false alarm';
  return `    ${clock(opened, true)}  ${source} ${metric ?? '(metrics together)'}  ${strongest.toFixed(2)}${said}`;
}

function keepLine({ group, inForce, choice, precision: { real, judged } }: GroupProposal): string {
  const precision = judged === 0 ? '' : `; ${real} of ${judged} judged alarms were real`;
  return `${group.pattern} (${counted(group.sources.length, 'source')}): threshold ${inForceWords(inForce)}, ${choice.why.join('; ')}${precision}`;
}

function sum(groups: readonly GroupProposal[], of: (group: GroupProposal) => number): number {
  return groups.reduce((total, group) => total + of(group), 0);
}

function percent(share: number): string {
  return (100 * share).toFixed(0);
}

function day(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(0, 10);
}
