import { type AlertMatch, matchWords } from '../../alerting/document/match';
import { readDocument } from '../../alerting/document/read-document';
import { zonedWindows } from '../../alerting/document/rules';
import type { AlertingDocument } from '../../alerting/document/schema';
import type { TextPattern } from '../../alerting/document/texts';
import { isWithin, type WeeklyWindow } from '../../alerting/document/windows';
import { bodyOf, INDEX, RULES_VERSIONS, rulesKey, type StoredRules } from '../../alerting/records';
import { documentsIn } from '../../alerting/router/take-turn';
import type { Silence } from '../../alerting/state/mute';
import type { AlertStore } from '../../alerting/store-port';
import type { Label } from '../../training/labels';

interface Span {
  readonly from: number;
  readonly to: number;
}

export interface MutedOptions extends Span {
  readonly fallbackRules?: AlertingDocument | undefined;
}

/**
 * Silences and maintenance windows as exclusions, as far as their matches name sources and metrics and nothing else. What mutes
 * by severity, tag, rule or score mutes some alerts of a source, and does not say that its data are unusual.
 */
export async function mutedSpans(
  store: AlertStore,
  options: MutedOptions,
): Promise<{ readonly labels: readonly Label[]; readonly notCovered: readonly string[] }> {
  const labels: Label[] = [];
  const notCovered: string[] = [];
  const add = (what: string, match: AlertMatch, spans: readonly Span[]) => {
    const named = namedIn(match);
    if (named !== undefined) labels.push(...spans.flatMap((span) => named.map((one) => excluded(one, span))));
    else if (spans.length > 0)
      notCovered.push(`${what} (${matchWords(match)}) does not name sources alone: what it mutes is learnt from`);
  };
  // Snoozes are about one alert, not about what its source does.
  const silences = await documentsIn<Silence>(store, INDEX.silences, { from: options.from });
  for (const { id, match, startsAt, endsAt } of silences) {
    if (match.alert !== undefined || startsAt > options.to || endsAt <= startsAt) continue;
    add(`silence ${id}`, match, [{ from: startsAt, to: endsAt - 1 }]);
  }
  for (const { document, from, to } of await rulesOver(store, options))
    for (const maintenance of document.maintenance) {
      const within = { from, to: Math.min(to, (maintenance.expires ?? Number.POSITIVE_INFINITY) - 1) };
      const spans = spansOf(zonedWindows(maintenance.windows, document.timeZone), within);
      add(`maintenance window ${maintenance.name}`, maintenance.match, spans);
    }
  return { labels, notCovered: [...new Set(notCovered)] };
}

type Named = Pick<Label, 'source' | 'isPattern' | 'metric'>;

function excluded(named: Named, { from, to }: Span): Label {
  return { ...named, from, to, verdict: 'exclude', origin: 'people' };
}

/** Sources and metrics that a match names; undefined if it names none, or anything else. */
function namedIn({ source, metric, ...others }: AlertMatch): readonly Named[] | undefined {
  const sources = source === undefined ? undefined : textsOf(source);
  const metrics = metric === undefined ? [] : textsOf(metric);
  if (sources === undefined || metrics === undefined || metrics.some(({ isPattern }) => isPattern)) return undefined;
  if (Object.values(others).some((condition) => condition !== undefined)) return undefined;
  const of = sources.map(({ text, isPattern }): Named => ({ source: text, ...(isPattern ? { isPattern } : {}) }));
  return metrics.length === 0 ? of : of.flatMap((one) => metrics.map(({ text }) => ({ ...one, metric: text })));
}

interface NamedText {
  readonly text: string;
  readonly isPattern: boolean;
}

/** Undefined for expressions, and for what says what a name is not. */
function textsOf(pattern: TextPattern): readonly NamedText[] | undefined {
  const all = (typeof pattern === 'object' && !('equals' in pattern) ? pattern : [pattern]).map(textOf);
  return all.every((text) => text !== undefined) ? all : undefined;
}

function textOf(pattern: string | { readonly equals: string }): NamedText | undefined {
  if (typeof pattern !== 'string')
    return pattern.equals === '' ? undefined : { text: pattern.equals, isPattern: false };
  if (pattern === '' || pattern.startsWith('!') || pattern.startsWith('/')) return undefined;
  return { text: pattern, isPattern: pattern.includes('*') };
}

/** The documents that were in force within the span, and when. */
async function rulesOver(store: AlertStore, { from, to, fallbackRules }: MutedOptions) {
  const stored = await store.list(rulesKey.partition, { prefix: RULES_VERSIONS });
  const versions = stored.map((doc) => bodyOf<StoredRules>(doc)!);
  const applied = versions.map(({ text, version, appliedAt }) => ({
    document: readDocument(text, `rules, version ${version}`),
    appliedAt,
  }));
  const all = fallbackRules === undefined ? applied : [{ document: fallbackRules, appliedAt: from }, ...applied];
  return all
    .map(({ document, appliedAt }, i) => ({
      document,
      from: Math.max(from, appliedAt),
      to: Math.min(to, (all[i + 1]?.appliedAt ?? Number.POSITIVE_INFINITY) - 1),
    }))
    .filter((one) => one.from <= one.to);
}

const MINUTE_MS = 60_000;

/** Stretches of the span that lie within any of the windows, to the minute. */
function spansOf(windows: readonly WeeklyWindow[], { from, to }: Span): readonly Span[] {
  const spans: { from: number; to: number }[] = [];
  for (let at = Math.floor(from / MINUTE_MS) * MINUTE_MS; at <= to; at += MINUTE_MS) {
    if (!windows.some((window) => isWithin(window, at))) continue;
    const end = Math.min(to, at + MINUTE_MS - 1);
    const last = spans.at(-1);
    if (last?.to === at - 1) last.to = end;
    else spans.push({ from: Math.max(from, at), to: end });
  }
  return spans;
}
