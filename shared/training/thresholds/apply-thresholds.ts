import {
  matchesPattern,
  type Settings,
  type SettingsDocument,
  SettingsSchema,
  settingsFor,
} from '../../domain/settings';
import type { SourceGroup } from './threshold-groups';

/** A group, and the threshold that it is to have; undefined: what it has. */
export interface GroupThreshold {
  readonly group: SourceGroup;
  readonly threshold: number | undefined;
}

type Override = NonNullable<SettingsDocument['overrides']>[number];

export interface ApplyOptions {
  /** Epoch milliseconds: overrides that have expired by then decide nothing. */
  readonly at: number;
  readonly by: string;
  readonly why: (group: SourceGroup) => string;
}

/**
 * The document with other thresholds, for exactly the sources of their groups and all that their patterns fit. An override's own
 * is changed in its place. Groups by name go before all overrides, the more general first, so that what people wrote still
 * wins; what was asked for goes behind all. A group that keeps its threshold, and that another's pattern would cover, is written down.
 *
 * @param settings those that the document gives, with what holds where it names nothing
 */
export function withThresholds(
  document: SettingsDocument,
  settings: Settings,
  groups: readonly GroupThreshold[],
  { at, by, why }: ApplyOptions,
): SettingsDocument {
  const overrides = [...(document.overrides ?? [])];
  const before: Override[] = [];
  const behind: Override[] = [];
  const changing = groups.filter(({ threshold }) => threshold !== undefined);
  for (const { group, threshold } of changing) {
    const { pattern, because } = group;
    const fresh: Override = { sources: pattern, settings: { threshold }, by, why: why(group) };
    const place = overrides.findLastIndex((one) => one.sources === pattern && decides(one, at));
    if (because === 'override' && place >= 0) overrides[place] = changed(overrides[place]!, fresh);
    else (because === 'asked' ? behind : before).push(fresh);
  }
  for (const { group, threshold } of groups) {
    if (threshold !== undefined || group.because !== 'name') continue;
    const covering = before.find(({ sources }) => group.sources.some((source) => matchesPattern(sources, source)));
    if (covering === undefined) continue;
    const kept = settingsFor(settings, group.sources[0]!, at);
    const named =
      kept.falseAlarmsPerWeek === undefined
        ? { threshold: kept.threshold }
        : { falseAlarmsPerWeek: kept.falseAlarmsPerWeek };
    before.push({ sources: group.pattern, settings: named, by, why: `as before: ${covering.sources} would cover it` });
  }
  before.sort((a, b) => generality(a) - generality(b));
  const next = { ...document, overrides: [...before, ...overrides, ...behind] };
  check(next, changing, at);
  return next;
}

/** Everything else that it says stays. */
function changed({ settings, ...override }: Override, { settings: fresh, by, why }: Override): Override {
  const { falseAlarmsPerWeek: _, ...rest } = settings;
  return { ...override, settings: { ...rest, ...fresh }, by, why };
}

function decides({ settings, expiresAt }: Override, at: number): boolean {
  const isOver = expiresAt !== undefined && new Date(expiresAt).getTime() <= at;
  return !isOver && (settings.threshold !== undefined || settings.falseAlarmsPerWeek !== undefined);
}

/** A pattern that another's covers is longer, and a name longer than the pattern that fits it. */
function generality({ sources }: Override): number {
  return sources.includes('*') ? sources.length : Number.MAX_SAFE_INTEGER;
}

/** Overrides are read in their order: whatever that is, what was shown must be what comes. */
function check(next: SettingsDocument, changing: readonly GroupThreshold[], at: number): void {
  const settings = SettingsSchema.parse(next);
  for (const { group, threshold } of changing)
    for (const source of group.sources)
      if (settingsFor(settings, source, at).threshold !== threshold)
        throw new Error(`${source} would not have the threshold ${threshold} of ${group.pattern}`);
}
