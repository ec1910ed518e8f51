import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { actorName, print } from '../alerting/where';
import { EXIT_CODES_HELP, UsageError } from '../exit-codes';
import { aMoment, aNumberOfDays, aNumberPerWeek } from '../option-values';
import { withSettings, withSettingsWhere } from '../settings/where-settings';
import { THRESHOLD_WHERE_HELP, type ThresholdWhere } from '../thresholds/threshold-where';

interface ProposeFlags extends ThresholdWhere {
  readonly sources: readonly string[];
  readonly falseAlarmsPerWeek?: number;
  readonly days: number;
  readonly until?: number;
  readonly json?: boolean;
  readonly plot?: string;
  readonly out?: string;
}

interface ByFlags extends ThresholdWhere {
  readonly by?: string;
}

export function registerThreshold(program: Command): void {
  const threshold = program
    .command('threshold')
    .description('Thresholds from what people called real and false: proposed on the past, applied, taken back.');
  withThresholdWhere(
    threshold.command('propose').description('Says which thresholds would be better, and what they would have done.'),
  )
    .option('-s, --sources <pattern>', 'sources that are to share a threshold; may be given again', collected, [])
    .option('--false-alarms-per-week <number>', 'how many a series may give', aNumberPerWeek)
    .option('--days <number>', 'of the past that are looked at', aPositiveNumberOfDays, 28)
    .option('--until <moment>', 'their end (ISO 8601 with a zone; default: now)', aMoment)
    .option('--json', 'all of it as JSON')
    .option('--plot <file>', 'alarms a week against the threshold, as SVG')
    .option('-o, --out <file>', 'where the proposal is kept (default: in the folder of the run)')
    .action(async (flags: ProposeFlags) => print(await propose(flags)))
    .addHelpText('after', PROPOSE_HELP + THRESHOLD_WHERE_HELP + EXIT_CODES_HELP);
  withThresholdWhere(
    threshold.command('apply').description('Puts a proposal in force, if the settings are those that it was made of.'),
  )
    .argument('[proposal]', 'file (default: the last proposal)')
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .action(async (file: string | undefined, flags: ByFlags) => print(await apply(file, flags)))
    .addHelpText('after', THRESHOLD_WHERE_HELP + EXIT_CODES_HELP);
  withThresholdWhere(threshold.command('revert').description('Takes back the last thresholds that were applied.'))
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .action(async (flags: ByFlags) => print(await revert(flags)))
    .addHelpText('after', THRESHOLD_WHERE_HELP + EXIT_CODES_HELP);
}

function withThresholdWhere(command: Command): Command {
  return withSettingsWhere(command).option(
    '--table <name>',
    'beside a bucket: the table of its alerts (or ALERTS_TABLE)',
  );
}

const DAY_MS = 86_400_000;

async function propose(flags: ProposeFlags): Promise<readonly string[]> {
  const { proposeThresholds } = await import('../../../shared/training/thresholds/propose-thresholds');
  const { openRows, proposalFileOf, verdictsIn } = await import('../thresholds/threshold-where');
  const { proposalOf } = await import('../thresholds/proposal');
  const { proposalLines } = await import('../thresholds/proposal-lines');
  const now = Date.now();
  const to = flags.until ?? now;
  const range = { from: to - flags.days * DAY_MS, to };
  const { settings, where } = await withSettings(flags, async (store) => ({
    settings: await store.read(),
    where: store.where,
  }));
  const judged = (await verdictsIn(flags, range)).filter(({ kind }) => kind !== 'silence');
  const rows = await openRows(flags);
  try {
    const events = await rows.readAnomalies(range);
    const findings = await proposeThresholds({
      ...{ ...range, history: rows, settings: settings.settings, verdicts: judged, events },
      ...{ sources: flags.sources, perWeek: flags.falseAlarmsPerWeek },
    });
    if (findings.groups.length === 0) throw new UsageError(nothingWords(flags));
    const proposal = proposalOf({ now, settings, where, ...range, findings });
    const file = flags.out ?? proposalFileOf(flags);
    written(file, `${JSON.stringify(proposal, null, 2)}\n`);
    if (flags.plot !== undefined) await plot(flags.plot, proposal.groups, findings);
    if (flags.json) return [JSON.stringify(proposal, null, 2)];
    return [...proposalLines(findings, { ...range, settingsVersion: settings.version }), ...nextWords(proposal, file)];
  } finally {
    await rows.close();
  }
}

type Findings = import('../../../shared/training/thresholds/propose-thresholds').Findings;
type Proposal = import('../thresholds/proposal').Proposal;

/** Groups on a page; more would not be looked at. */
const PANELS_MAX = 12;

async function plot(file: string, groups: Proposal['groups'], findings: Findings): Promise<void> {
  const { thresholdPlotSvg } = await import('../../../shared/adapters/chart/threshold-plot');
  const curves = findings.groups.map(({ curve, inForce, choice, group }, i) => ({
    name: `${group.pattern}: threshold ${groups[i]!.was}${choice.threshold === undefined ? '' : ` → ${choice.threshold}`}`,
    ...{ points: curve, inForce: inForce.thresholds, proposed: choice.threshold },
  }));
  const changingFirst = [...curves].sort((a, b) => Number(a.proposed === undefined) - Number(b.proposed === undefined));
  written(file, thresholdPlotSvg(changingFirst.slice(0, PANELS_MAX)));
}

async function apply(named: string | undefined, flags: ByFlags): Promise<readonly string[]> {
  const { SettingsConflict } = await import('../../../shared/detection/settings-store');
  const { withThresholds } = await import('../../../shared/training/thresholds/apply-thresholds');
  const { proposalFileOf } = await import('../thresholds/threshold-where');
  const { fingerprintOf, readProposal, thresholdsOf } = await import('../thresholds/proposal');
  const { differenceLines } = await import('../settings/settings-words');
  const proposal = readProposal(named ?? proposalFileOf(flags));
  const changing = proposal.groups.filter(({ threshold }) => threshold !== undefined);
  if (changing.length === 0) return ['the proposal changes nothing'];
  const by = actorName(flags.by);
  return withSettings(flags, async (store) => {
    const inForce = await store.read();
    const { version, fingerprint } = proposal.settings;
    if (inForce.version !== version || fingerprintOf(inForce) !== fingerprint)
      throw new SettingsConflict(
        `the proposal was made of version ${version} of the settings, and others are in force (version ${inForce.version}): propose again`,
      );
    const whyOf = new Map(changing.map(({ pattern, why }) => [pattern, why.join('; ')]));
    const document = withThresholds(inForce.document, inForce.settings, thresholdsOf(proposal), {
      ...{ at: Date.now(), by, why: ({ pattern }) => whyOf.get(pattern) ?? '' },
    });
    const why = changing
      .map(({ pattern, was, threshold }) => `${pattern} ${was} → ${threshold}`)
      .join(', ')
      .slice(0, 500);
    const written = await store.write(document, version, { by, why, what: 'thresholds' });
    return [
      ...differenceLines(inForce.document, document),
      `version ${written.version} is in force (${store.where}); tidewatch threshold revert takes it back`,
    ];
  });
}

async function revert(flags: ByFlags): Promise<readonly string[]> {
  const { differenceLines } = await import('../settings/settings-words');
  return withSettings(flags, async (store) => {
    const inForce = await store.read();
    const { version, change } = inForce;
    const before = change?.follows === undefined ? undefined : await store.version(change.follows);
    if (change?.what !== 'thresholds' || before === undefined)
      throw new UsageError(
        `version ${version}, which is in force, is not one that threshold apply made: tidewatch settings versions shows them all, and tidewatch settings revert goes back to any`,
      );
    const author = { by: actorName(flags.by), why: `version ${before.version} again`, what: 'revert' as const };
    const written = await store.write(before.document, version, author);
    return [
      ...differenceLines(inForce.document, before.document),
      `version ${written.version} is in force (${store.where}): it says what version ${before.version} said`,
    ];
  });
}

function written(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function nextWords({ groups }: Proposal, file: string): string[] {
  const isChange = groups.some(({ threshold }) => threshold !== undefined);
  return isChange ? ['', `tidewatch threshold apply puts it in force (${file})`] : [];
}

function nothingWords({ sources, days }: ProposeFlags): string {
  const whose = sources.length === 0 ? '' : ` of ${sources.join(', ')}`;
  return `there are no rows${whose} of these ${days} days: look further back with --days, or at another time with --until`;
}

function collected(pattern: string, before: readonly string[]): readonly string[] {
  return [...before, pattern];
}

function aPositiveNumberOfDays(text: string): number {
  const days = aNumberOfDays(text);
  if (days === 0) throw new InvalidArgumentError('It must be above 0.');
  return days;
}

const PROPOSE_HELP = `
For each group of sources the lowest threshold is sought that lets go most of what people called false alarms and keeps every
fault that they called real; with --false-alarms-per-week also one that gives no more alarms that nobody called real. It takes six
false alarms that would go, or a rate that is missed by more than chance explains; else nothing is proposed for the group. A step
is 0.1 at most. Groups are the overrides of the settings, and else sources that are alike by name but for the number at its end.

Nothing is changed: the proposal is kept in a file for tidewatch threshold apply. docs/thresholds.md has an example.

Examples:
  $ tidewatch threshold propose --plot thresholds.svg
  $ tidewatch threshold propose --sources 'pump-*' --sources 'fan-*' --false-alarms-per-week 0.5
  $ tidewatch threshold apply
  $ tidewatch threshold revert
`;
