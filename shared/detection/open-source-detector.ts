import type { AnomalyEvent } from '../domain/anomaly-event';
import { severityOf } from '../domain/anomaly-event';
import type { DataPoint } from '../domain/data-point';
import { stableId } from '../domain/ids';
import type { SourceSettings } from '../domain/settings';
import { noteArrival, standingOf } from './arrival';
import { fromUnit } from './built-in-model';
import { learnCadence } from './cadence';
import { type EpisodeChange, moveEpisode } from './episode';
import { explain, kindOf } from './explain';
import { decodeMetric, encodeMetric, newMetric } from './metric-codec';
import { advanceMetric, createFindings, type Findings, LEARNING_NEEDS } from './metric-detector';
import { F32, F64, U32, VALUES } from './metric-layout';
import { isJudged, type JudgedObservation, unjudged } from './metric-observation';
import type { MetricState } from './metric-state';
import type { FeatureVector, ModelScore } from './model';
import { roundFeature } from './model';
import type { StateFields } from './ports';
import { speaks, wouldSpeak } from './refractory';
import type {
  ConcludeContext,
  Conclusion,
  Observation,
  OpenSourceDetector,
  SourceDetector,
  Verdict,
} from './source-detector';
import { sourceVerdict } from './source-verdict';
import { fromOffset } from './value-scale';
import { type ZoneOffset, zoneOffset } from './wall-clock';

/** Metrics of one source that are watched; further ones are stored unscored. */
export const METRICS_PER_SOURCE_MAX = 512;

const FIELD_PREFIX = 'm:';
/** An alarm holds for so many usual steps between values. */
const HOLD_STEPS = 99.5;
const NOTHING: Verdict = { anomalyScore: 0, alarmScore: 0, isAnomaly: false, contributions: [] };

/** Opens what is known of a source, or an empty memory. Fields that no version wrote count as absent. */
export const openSourceDetector: OpenSourceDetector = (source, settings, fields) =>
  new MetricsOfSource(source, settings, fields);

class MetricsOfSource implements SourceDetector {
  private readonly metrics = new Map<string, MetricState>();
  private readonly changed = new Set<string>();
  private readonly zone: ZoneOffset;
  private known = 0;

  constructor(
    private readonly source: string,
    private readonly settings: SourceSettings,
    private readonly fields: StateFields | undefined,
  ) {
    this.zone = zoneOffset(settings.timeZone);
    if (fields) for (const name of fields.keys()) if (name.startsWith(FIELD_PREFIX)) this.known++;
  }

  advance(point: DataPoint): readonly Observation[] {
    const observations: Observation[] = [];
    for (const name of Object.keys(point.metrics))
      observations.push(this.observe(name, point.metrics[name]!, point.timestamp));
    return observations;
  }

  private observe(name: string, value: number, timestamp: number): Observation {
    const state = this.open(name);
    if (!state) return unjudged(name, value, 'unwatched', 0, LEARNING_NEEDS);
    const standing = standingOf(state, timestamp, this.settings.allowedLatenessMs);
    const learnt = state.u32[U32.seen]!;
    if (standing !== 'current' && standing !== 'late') return unjudged(name, value, standing, learnt, LEARNING_NEEDS);
    this.changed.add(name);
    noteArrival(state, timestamp);
    const wallMs = timestamp + this.zone(timestamp);
    // A late value is judged by a copy, which is then thrown away.
    const judge = standing === 'late' ? decodeMetric(state.bytes)! : state;
    if (standing === 'current') learnTime(state, timestamp);
    advanceMetric(judge, value, wallMs / 1000, found);
    return judged(name, value, standing, judge, state.u32[U32.seen]!, timestamp, wallMs);
  }

  conclude(
    point: DataPoint,
    observations: readonly Observation[],
    scores: readonly ModelScore[],
    context: ConcludeContext,
  ): Conclusion {
    const verdicts: Verdict[] = [];
    const events: AnomalyEvent[] = [];
    let next = 0;
    for (const observation of observations) {
      if (!isJudged(observation)) {
        verdicts.push(NOTHING);
        continue;
      }
      const score = scores[next++];
      if (!score) throw new RangeError(`${this.source}: ${next} vectors to score, ${scores.length} scores`);
      verdicts.push(this.judge(point, observation, score, context, events));
    }
    return { verdicts, source: sourceVerdict(observations, verdicts, this.settings.threshold), events };
  }

  private judge(
    point: DataPoint,
    observation: JudgedObservation,
    score: ModelScore,
    context: ConcludeContext,
    events: AnomalyEvent[],
  ): Verdict {
    const state = this.open(observation.metric!)!;
    const odds = fromUnit(score.alarm);
    const isLate = observation.standing === 'late';
    const loud = isLate
      ? wouldSpeak(state, odds, point.timestamp)
      : speaks(state, odds, point.timestamp, observation.holdMs);
    const alarmScore = loud ? score.alarm : 0;
    const isAnomaly = alarmScore >= this.settings.threshold;
    const verdict: Verdict = {
      anomalyScore: score.anomaly,
      alarmScore,
      isAnomaly,
      contributions: isAnomaly ? explain(observation.features!, observation.circumstances) : [],
    };
    if (isLate) return verdict;
    this.changed.add(observation.metric!);
    const change = moveEpisode(state, {
      timestamp: point.timestamp,
      kind: isAnomaly ? kindOf(observation.features!) : 'value',
      anomalyScore: score.anomaly,
      alarmScore,
      isAnomaly,
      releaseLevel: this.settings.releaseLevel,
      releaseMs: this.settings.releaseMs,
    });
    if (change) events.push(this.event(point, observation, verdict, change, context));
    return verdict;
  }

  private event(
    point: DataPoint,
    { metric, value, expected, lower, upper }: Observation,
    verdict: Verdict,
    { phase, kind, opened, transition, strongest }: EpisodeChange,
    { versions, degraded, warming }: ConcludeContext,
  ): AnomalyEvent {
    return {
      version: 1,
      id: stableId('event', this.source, metric, point.timestamp, kind, phase),
      episodeId: stableId('episode', this.source, metric, opened, kind),
      transition,
      phase,
      kind,
      source: this.source,
      ...(metric === undefined ? {} : { metric }),
      tags: { ...point.tags },
      timestamp: point.timestamp,
      anomalyScore: verdict.anomalyScore,
      alarmScore: verdict.alarmScore,
      threshold: this.settings.threshold,
      severity: severityOf(strongest),
      ...(value === undefined ? {} : { value }),
      ...(expected === undefined ? {} : { expected }),
      ...(lower === undefined ? {} : { lower }),
      ...(upper === undefined ? {} : { upper }),
      contributions: [...verdict.contributions],
      versions,
      degraded,
      warming,
    };
  }

  encode(): StateFields {
    const result = new Map<string, Uint8Array>();
    for (const name of this.changed) result.set(FIELD_PREFIX + name, encodeMetric(this.metrics.get(name)!));
    return result;
  }

  /** The metric's memory, made if it is new and there is room. */
  private open(name: string): MetricState | undefined {
    const open = this.metrics.get(name);
    if (open) return open;
    const saved = this.fields?.get(FIELD_PREFIX + name);
    if (!saved && this.known >= METRICS_PER_SOURCE_MAX) return undefined;
    if (!saved) this.known++;
    const state = (saved && decodeMetric(saved)) ?? newMetric();
    this.metrics.set(name, state);
    return state;
  }
}

function learnTime(state: MetricState, timestamp: number): void {
  learnCadence(state, timestamp);
  if (state.u32[U32.seen] === 0) state.f64[F64.first] = timestamp;
  state.f64[F64.newest] = timestamp;
}

const found: Findings = createFindings();

/** The findings as they travel. `state` gives unit, cadence and counts. */
function judged(
  metric: string,
  value: number,
  standing: 'current' | 'late',
  state: MetricState,
  learnt: number,
  timestamp: number,
  wallMs: number,
): JudgedObservation {
  const band = found.expects;
  const expected = band ? fromOffset(state, found.expected) : undefined;
  const cadence = state.f32[F32.cadence]!;
  return {
    metric,
    value,
    standing,
    features: vectorOf(found),
    expected,
    lower: band ? fromOffset(state, found.lower) : undefined,
    upper: band ? fromOffset(state, found.upper) : undefined,
    learnt,
    learningNeeds: LEARNING_NEEDS,
    holdMs: HOLD_STEPS * cadence,
    circumstances: {
      value,
      smallest: fromOffset(state, found.smallest),
      largest: fromOffset(state, found.largest),
      expected,
      rememberedMs: Math.min(timestamp - state.f64[F64.first]!, VALUES.pointsMax * cadence),
      wallMs,
    },
  };
}

function vectorOf({ surprises: s, evidence, shape, shapeWeight }: Findings): FeatureVector {
  return [
    roundFeature(s[0]!),
    roundFeature(s[1]!),
    roundFeature(s[2]!),
    roundFeature(s[3]!),
    roundFeature(s[4]!),
    roundFeature(s[5]!),
    roundFeature(s[6]!),
    roundFeature(s[7]!),
    roundFeature(s[8]!),
    roundFeature(shape),
    roundFeature(shapeWeight),
    roundFeature(evidence),
    0,
    0,
  ];
}
