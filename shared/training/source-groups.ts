import { matchesPattern } from '../domain/settings';

/** Of sources that no pattern fits, and of groups beyond the largest. */
export const OTHER_SOURCES = 'other sources';

/**
 * Which group a source is told with. By the first pattern that fits its name, if patterns are given; else by its name without the
 * number at its end (`pump-17` → `pump`), since that is how fleets are named. A name that is a number belongs to the others.
 *
 * @param patterns `*` stands for any run of characters
 */
export function groupOf(source: string, patterns: readonly string[] | undefined): string {
  if (patterns !== undefined) return patterns.find((pattern) => matchesPattern(pattern, source)) ?? OTHER_SOURCES;
  return source.replace(/[-_./:# ]*\d+$/, '') || OTHER_SOURCES;
}
