import type { Block, Evaluation } from './evaluate';
import { alarmMeasures } from './measures';
import { sampleHash } from './sample-hash';

/** What a challenger must do to go live. */
export interface GateRules {
  /** Fewer windows than this cannot tell two models apart. */
  readonly windowsMin: number;
  /** By how much its F1 must be higher. */
  readonly f1Margin: number;
  /** In which share of resampled test weeks it must be higher at all. */
  readonly confidence: number;
  /** How many times as many false alarms it may give. */
  readonly falseAlarmsTimesMax: number;
  /** How many windows of any one source it may find less. */
  readonly windowsLostMax: number;
}
export const DEFAULT_GATE: GateRules = {
  windowsMin: 10,
  f1Margin: 0.01,
  confidence: 0.9,
  falseAlarmsTimesMax: 1.1,
  windowsLostMax: 1,
};

export interface GateDecision {
  readonly promote: boolean;
  /** Sentences: all that speaks against it, or what speaks for it. */
  readonly reasons: readonly string[];
  /** Share of the resampled test weeks in which the challenger's F1 is higher. */
  readonly confidence: number;
}

const RESAMPLES = 1_000;

/**
 * Does the challenger go live? Only if it is better than the champion on the same data by a margin, surely, and worse
 * nowhere that matters. Both evaluations must come from one call. Seeded.
 */
export function gate(champion: Evaluation, challenger: Evaluation, seed: number, rules = DEFAULT_GATE): GateDecision {
  const confidence = shareOfGains(champion.blocks, challenger.blocks, seed);
  const against: string[] = [];
  if (challenger.windows < rules.windowsMin)
    against.push(
      `${challenger.windows} labelled windows in the test part cannot tell models apart; ${rules.windowsMin} could`,
    );
  const gain = challenger.f1 - champion.f1;
  if (gain < rules.f1Margin)
    against.push(
      `no improvement: F1 ${figure(challenger.f1)} against ${figure(champion.f1)}, ${figure(rules.f1Margin)} more is asked`,
    );
  else if (confidence < rules.confidence)
    against.push(
      `the gain is not sure: higher in ${percent(confidence)} of resampled test weeks, ${percent(rules.confidence)} is asked`,
    );
  if (challenger.falseAlarms > champion.falseAlarms * rules.falseAlarmsTimesMax)
    against.push(`more false alarms: ${challenger.falseAlarms} against ${champion.falseAlarms}`);
  for (const { source, lost, before } of lostBySource(champion.blocks, challenger.blocks))
    if (lost > rules.windowsLostMax) against.push(`source ${source}: ${lost} of ${before} windows are no longer found`);
  if (against.length > 0) return { promote: false, reasons: against, confidence };
  const why = `F1 ${figure(challenger.f1)} against ${figure(champion.f1)}, higher in ${percent(confidence)} of resampled test weeks, with ${challenger.falseAlarms} false alarms against ${champion.falseAlarms}`;
  return { promote: true, reasons: [why], confidence };
}

/** Weeks of sources are drawn again with replacement, the same for both models: what chance alone could have changed. */
function shareOfGains(champion: readonly Block[], challenger: readonly Block[], seed: number): number {
  const others = byPlace(champion, challenger);
  let gains = 0;
  for (let round = 0; round < RESAMPLES; round++) {
    const [a, b] = [
      { windows: 0, found: 0, falseAlarms: 0 },
      { windows: 0, found: 0, falseAlarms: 0 },
    ];
    for (let draw = 0; draw < others.length; draw++) {
      const [one, two] = others[sampleHash(seed, round, draw) % others.length]!;
      add(a, one);
      add(b, two);
    }
    const before = alarmMeasures(a.found, a.windows, a.falseAlarms).f1;
    if (alarmMeasures(b.found, b.windows, b.falseAlarms).f1 > before) gains += 1;
  }
  return gains / RESAMPLES;
}

function byPlace(champion: readonly Block[], challenger: readonly Block[]) {
  return champion.map((block, k) => [block, challenger[k]!] as const);
}

function add(sum: { windows: number; found: number; falseAlarms: number }, block: Block): void {
  sum.windows += block.windows;
  sum.found += block.found;
  sum.falseAlarms += block.falseAlarms;
}

function lostBySource(champion: readonly Block[], challenger: readonly Block[]) {
  const bySource = new Map<string, { source: string; before: number; lost: number }>();
  for (const [block, other] of byPlace(champion, challenger)) {
    const entry = bySource.get(block.source) ?? { source: block.source, before: 0, lost: 0 };
    entry.before += block.found;
    entry.lost += block.found - other.found;
    bySource.set(block.source, entry);
  }
  return bySource.values();
}

function figure(value: number): string {
  return value.toFixed(3);
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}
