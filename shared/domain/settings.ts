import { z } from 'zod';
import { TimestampSchema } from './data-point';
import { LIMITS } from './limits';
import { isTimeZone } from './wall-clock';

const HOUR_MS = 3_600_000;

/** What a person may set about detection of some sources. All times in milliseconds. */
export const SourceSettingsSchema = z.object({
  /** alarm_score at and above which a point is an anomaly. */
  threshold: z.number().gt(0).lt(1),
  /**
   * In place of a threshold: about how many alarms a week are wanted of a series in which nothing is wrong. Each series then
   * has the threshold that gives them.
   */
  falseAlarmsPerWeek: z.number().gt(0).max(1_000).optional(),
  /** IANA name; hours of the day and week are this zone's wall clock. */
  timeZone: z.string().refine(isTimeZone, 'is not a known IANA time zone'),
  /** How far behind the metric's newest point a late one may lie and still be scored. */
  allowedLatenessMs: z.number().min(0),
  /** How far ahead of its arrival a timestamp may lie. */
  allowedFutureMs: z.number().min(0),
  /** How far behind its arrival a timestamp may lie; absent: any distance (files and back-fills). */
  allowedAgeMs: z.number().min(0).optional(),
  /** anomaly_score under which an episode calms down. */
  releaseLevel: z.number().gt(0).lt(1),
  /** How long it must stay calm to close. */
  releaseMs: z.number().min(0),
  /** Metrics that only ever grow and are differenced before they are judged; absent: detected. */
  counters: z.array(z.string()).optional(),
  /** Metrics of a source that are watched, the first that came; further ones are stored unscored. */
  metricsMax: z.number().int().min(1).max(LIMITS.sourceMetricsMax),
  /** Is a source missed when nothing comes from it any more? */
  watchSilence: z.boolean(),
  /** How many of its usual intervals a source may be silent … */
  silenceIntervals: z.number().min(1.5).max(1_000),
  /** … and how long in any case. */
  silenceMinMs: z.number().min(0),
});
export type SourceSettings = z.output<typeof SourceSettingsSchema>;

export const DEFAULT_SOURCE_SETTINGS: SourceSettings = {
  threshold: 0.5,
  timeZone: 'UTC',
  allowedLatenessMs: 24 * HOUR_MS,
  allowedFutureMs: 5 * 60_000,
  releaseLevel: 0.4,
  releaseMs: 10 * 60_000,
  metricsMax: LIMITS.sourceMetricsMax,
  watchSilence: true,
  silenceIntervals: 4,
  silenceMinMs: 60_000,
};

/** When many sources are silent at once, the fleet is, and people are told once. */
export const FleetSettingsSchema = z.object({
  /** Share of the watched sources from which on the fleet is silent; it is heard again below half of it. */
  silentShare: z.number().gt(0).max(1).default(0.5),
  /** Fewer sources than this are no fleet. */
  sourcesMin: z.number().int().min(2).default(5),
  /** How long a missed source waits for others to be missed as well, before people are told of it alone. */
  settleMs: z.number().min(0).default(60_000),
});
export type FleetSettings = z.output<typeof FleetSettingsSchema>;

const PartialSourceSettingsSchema = SourceSettingsSchema.partial().refine(isUnambiguous, {
  path: ['falseAlarmsPerWeek'],
  error: 'set either threshold or falseAlarmsPerWeek',
});

/** Texts that say who and why. */
const NOTE_CHARS_MAX = 500;

/** How a version of the document came about; absent where somebody wrote the file by hand. */
export const SettingsChangeSchema = z.object({
  /** ISO 8601 with a zone, or epoch milliseconds. */
  at: TimestampSchema,
  by: z.string().max(NOTE_CHARS_MAX),
  why: z.string().max(NOTE_CHARS_MAX).default(''),
  /** A document was applied, thresholds that were proposed, or an earlier version again. */
  what: z.enum(['document', 'thresholds', 'revert']).default('document'),
  /** The version that was in force before. */
  follows: z.number().int().min(1).optional(),
});
export type SettingsChange = z.output<typeof SettingsChangeSchema>;

const OverrideSchema = z.object({
  /** Source name; `*` stands for any run of characters. */
  sources: z.string().min(1),
  settings: PartialSourceSettingsSchema,
  /** Who wants it so, and why. */
  by: z.string().max(NOTE_CHARS_MAX).optional(),
  why: z.string().max(NOTE_CHARS_MAX).optional(),
  /** ISO 8601 with a zone, or epoch milliseconds; for what arrives from then on it does not count. */
  expiresAt: TimestampSchema.optional(),
});

/** The versioned settings document: defaults, then overrides by source pattern; the last match wins. */
export const SettingsSchema = z.object({
  version: z.number().int().min(1),
  change: SettingsChangeSchema.optional(),
  defaults: PartialSourceSettingsSchema.default({}).transform((given) => merged(DEFAULT_SOURCE_SETTINGS, given)),
  overrides: z.array(OverrideSchema).default([]),
  fleet: FleetSettingsSchema.prefault({}),
});
export type Settings = z.output<typeof SettingsSchema>;
/** As people write it: what is not named is left to the defaults. */
export type SettingsDocument = z.input<typeof SettingsSchema>;

/** What a name in a document may be, by where it stands. */
export const SETTINGS_NAMES = {
  document: Object.keys(SettingsSchema.shape),
  settings: Object.keys(SourceSettingsSchema.shape),
  override: Object.keys(OverrideSchema.shape),
  fleet: Object.keys(FleetSettingsSchema.shape),
} as const;

export const DEFAULT_SETTINGS: Settings = SettingsSchema.parse({ version: 1 });

/**
 * A document over other settings, as those of a command line: what it does not name is theirs.
 *
 * @throws {z.ZodError} if it is no settings document
 */
export function settingsOver(base: Settings, document: unknown): Settings {
  const settings = SettingsSchema.parse(document);
  const { defaults = {}, fleet = {} } = document as SettingsDocument;
  return { ...settings, defaults: merged(base.defaults, defaults), fleet: { ...base.fleet, ...definedOnly(fleet) } };
}

/**
 * The settings that hold for a source. O(overrides × name length): patterns are matched without backtracking.
 *
 * @param at arrival of what is judged, epoch milliseconds: overrides that have expired by then do not count; absent: none has
 */
export function settingsFor(settings: Settings, source: string, at = Number.NEGATIVE_INFINITY): SourceSettings {
  let result = settings.defaults;
  for (const { sources, settings: own, expiresAt = Number.POSITIVE_INFINITY } of settings.overrides) {
    if (expiresAt > at && matchesPattern(sources, source)) result = merged(result, own);
  }
  return result;
}

/** Does `*`-pattern cover the name? Linear in both for patterns of few stars. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === name;
  const first = parts[0]!;
  const last = parts[parts.length - 1]!;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

type GivenSettings = { [K in keyof SourceSettings]?: SourceSettings[K] | undefined };

/** What is given takes the place of what was; a threshold also that of a rate of false alarms. */
function merged(base: SourceSettings, given: GivenSettings): SourceSettings {
  const result = { ...base, ...definedOnly(given) };
  if (given.threshold !== undefined && given.falseAlarmsPerWeek === undefined) delete result.falseAlarmsPerWeek;
  return result;
}

/** A document that was read and written again holds the default threshold beside a rate: that one does not count. */
function isUnambiguous({ threshold = DEFAULT_SOURCE_SETTINGS.threshold, falseAlarmsPerWeek }: GivenSettings): boolean {
  return falseAlarmsPerWeek === undefined || threshold === DEFAULT_SOURCE_SETTINGS.threshold;
}

function definedOnly<T extends object>(partial: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)) as never;
}
