import { type AnomalyEvent, severityOf } from '../../domain/anomaly-event';
import { stableId } from '../../domain/ids';
import { FEATURE_SCHEMA_VERSION } from '../model';
import type { Return } from './hear';
import { F32, F64, type SourceWatch } from './source-watch';
import { spoken } from './spoken';

/** Stands where other events name the model. */
export const SILENCE_MODEL = 'silence-1';
/**
 * A source that says nothing any more is of high severity, a whole fleet critical. The mark stands in the ids: a source may be
 * called like the fleet.
 */
const SOURCE = { score: 0.75, mark: [] } as const;
const FLEET = { score: 0.9, mark: ['fleet'] } as const;

/** What events need of the settings. */
export interface EventSettings {
  readonly version: number;
  readonly threshold: number;
}

/** A source is missed since `opened`. */
export function silenceOpened(
  source: string,
  watch: SourceWatch,
  opened: number,
  settings: EventSettings,
): AnomalyEvent {
  const silent = spoken(opened - watch.f64[F64.newest]!);
  const words = `not heard for ${silent}, usually every ${spoken(watch.f32[F32.usual]!)}`;
  const { tags } = watch.origin;
  return silenceEvent({ source, tags, opened, at: opened, phase: 'opened', words }, SOURCE, settings);
}

/** It was heard again. */
export function silenceClosed(source: string, { origin, opened, at }: Return, settings: EventSettings): AnomalyEvent {
  const words = `heard again ${spoken(at - opened)} after it was missed`;
  return silenceEvent({ source, tags: origin.tags, opened, at, phase: 'closed', words }, SOURCE, settings);
}

/** The source that events about the whole fleet name. */
export const FLEET_SOURCE = '(fleet)';

export function fleetEvent(
  phase: 'opened' | 'closed',
  { opened, at, words }: { readonly opened: number; readonly at: number; readonly words: string },
  settings: EventSettings,
): AnomalyEvent {
  return silenceEvent({ source: FLEET_SOURCE, tags: {}, opened, at, phase, words }, FLEET, settings);
}

interface Telling {
  readonly source: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly opened: number;
  readonly at: number;
  readonly phase: 'opened' | 'closed';
  readonly words: string;
}

/** Its ids name source, time, kind and phase, so that the same silence is the same event whoever tells it. */
function silenceEvent(
  { source, tags, opened, at, phase, words }: Telling,
  { score, mark }: typeof SOURCE | typeof FLEET,
  { version, threshold }: EventSettings,
): AnomalyEvent {
  const alarmScore = Math.max(score, threshold);
  return {
    version: 1,
    id: stableId('event', source, undefined, at, 'silence', phase, ...mark),
    episodeId: stableId('episode', source, undefined, opened, 'silence', ...mark),
    transition: phase === 'opened' ? 1 : 2,
    phase,
    kind: 'silence',
    source,
    tags: { ...tags },
    timestamp: at,
    anomalyScore: phase === 'opened' ? alarmScore : 0,
    alarmScore: phase === 'opened' ? alarmScore : 0,
    threshold,
    severity: severityOf(alarmScore),
    contributions: [{ name: 'silence', share: 1, words }],
    versions: { model: SILENCE_MODEL, settings: version, schema: FEATURE_SCHEMA_VERSION },
    degraded: false,
    warming: false,
  };
}
