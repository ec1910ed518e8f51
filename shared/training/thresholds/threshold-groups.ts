import { matchesPattern, type Settings } from '../../domain/settings';

/** Sources that share a threshold. */
export interface SourceGroup {
  /** Of source names, as in the settings; it covers all sources of the group. */
  readonly pattern: string;
  readonly sources: readonly string[];
  /** Why these: asked for, an override's own, or alike by name. */
  readonly because: 'asked' | 'override' | 'name';
}

/** Where a source belongs; undefined: nowhere, it was not asked for. */
export type Grouping = (source: string) => Omit<SourceGroup, 'sources'> | undefined;

/**
 * Divides sources: by the patterns that are asked for (the last that fits, and only sources that one fits); else by the override that
 * gives a source its threshold, and what no override does by name without the number at its end.
 *
 * @param at overrides that have expired by then divide nothing
 */
export function groupingOf(settings: Settings, asked: readonly string[], at: number): Grouping {
  if (asked.length > 0)
    return (source) => {
      const pattern = asked.findLast((one) => matchesPattern(one, source));
      return pattern === undefined ? undefined : { pattern, because: 'asked' };
    };
  const deciding = settings.overrides.filter(
    ({ settings: own, expiresAt = Number.POSITIVE_INFINITY }) =>
      expiresAt > at && (own.threshold !== undefined || own.falseAlarmsPerWeek !== undefined),
  );
  return (source) => {
    const override = deciding.findLast(({ sources }) => matchesPattern(sources, source));
    if (override !== undefined) return { pattern: override.sources, because: 'override' };
    return { pattern: alikeByName(source), because: 'name' };
  };
}

/** A group of one by name needs no pattern: it would fit sources that nobody has seen. */
export function namedGroup(
  { pattern, because }: Omit<SourceGroup, 'sources'>,
  sources: readonly string[],
): SourceGroup {
  return { pattern: because === 'name' && sources.length === 1 ? sources[0]! : pattern, sources, because };
}

/** Shorter beginnings say little, and would cover much that nobody has seen. */
const STEM_CHARS_MIN = 3;

function alikeByName(source: string): string {
  const stem = source.replace(/\d+$/, '');
  return stem === source || stem.length < STEM_CHARS_MIN ? source : `${stem}*`;
}
