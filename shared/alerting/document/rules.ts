import { type Condition, firstMiss, readMatch, type Subject } from './match';
import type { Rule } from './schema';
import { isWithin, type WeeklyWindow, windowWords } from './windows';

export interface ReadRule {
  readonly rule: Rule;
  /** Does it hold for the subject now? */
  holds(subject: Subject, now: number): boolean;
  /** Why not, for people; undefined when it holds. */
  miss(subject: Subject, now: number): string | undefined;
}

export interface RuleVerdict {
  readonly rule: string;
  readonly holds: boolean;
  readonly words: string;
}

export function readRules(rules: readonly Rule[], timeZone: string): readonly ReadRule[] {
  return rules.map((rule) => readRule(rule, timeZone));
}

/** Rules that hold, in the order of the document. */
export function matchingRules(rules: readonly ReadRule[], subject: Subject, now: number): readonly Rule[] {
  const matching: Rule[] = [];
  for (const read of rules) if (read.holds(subject, now)) matching.push(read.rule);
  return matching;
}

/** Every rule with why it holds or not. */
export function explainRules(rules: readonly ReadRule[], subject: Subject, now: number): readonly RuleVerdict[] {
  return rules.map(({ rule, miss }) => {
    const why = miss(subject, now);
    return { rule: rule.name, holds: why === undefined, words: why ?? 'everything that it names fits' };
  });
}

/** Windows of a document with its zone where they name none. */
export function zonedWindows(
  windows: readonly (Omit<WeeklyWindow, 'timeZone'> & { readonly timeZone?: string | undefined })[],
  timeZone: string,
): readonly WeeklyWindow[] {
  return windows.map((window) => ({ ...window, timeZone: window.timeZone ?? timeZone }));
}

function readRule(rule: Rule, timeZone: string): ReadRule {
  const conditions: readonly Condition[] = readMatch(rule.match);
  const windows = rule.active && zonedWindows(rule.active, timeZone);
  const { expires = Number.POSITIVE_INFINITY } = rule;
  const isActive = (now: number) => windows?.some((window) => isWithin(window, now)) ?? true;
  return {
    rule,
    holds: (subject, now) => now < expires && firstMiss(conditions, subject) === undefined && isActive(now),
    miss(subject, now) {
      if (now >= expires) return `it expired at ${new Date(expires).toISOString()}`;
      const miss = firstMiss(conditions, subject)?.miss(subject);
      if (miss !== undefined) return miss;
      return isActive(now) ? undefined : `it is active ${windows!.map(windowWords).join('; ')} only`;
    },
  };
}
