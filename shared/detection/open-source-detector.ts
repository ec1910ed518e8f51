import type { AnomalyEvent } from '../domain/anomaly-event';
import type { DataPoint } from '../domain/data-point';
import type { SourceSettings } from '../domain/settings';
import { type ZoneOffset, zoneOffset } from '../domain/wall-clock';
import { commonBeginning } from './beginning';
import { anomalyEvent, judge, NO_VERDICT, thresholdOf } from './judge';
import { viewOfLeap } from './leap';
import { decodeMetric, encodeMetric, newMetric } from './metric-codec';
import { isJudged } from './metric-observation';
import type { MetricState } from './metric-state';
import type { ModelScore } from './model';
import { observeLeap, observeMetric, quantity, type Reading, unjudged } from './observe-metric';
import type { PopulationPrior } from './population-prior';
import type { StateFields } from './ports';
import { observeRelations, openRelations, type RelationWatch, saveRelations } from './relation-watch';
import type {
  ConcludeContext,
  Conclusion,
  Observation,
  OpenSourceDetector,
  SourceDetector,
  Verdict,
} from './source-detector';
import { sourceVerdict } from './source-verdict';

/** Metrics of one source that are watched; further ones are stored unscored. */
export const METRICS_PER_SOURCE_MAX = 512;

export const METRIC_PREFIX = 'm:';
/** The field of what spans metrics. */
export const SOURCE_FIELD = 's';

/** Opens what is known of a source, or an empty memory. Fields that no version wrote count as absent. */
export const openSourceDetector: OpenSourceDetector = (source, settings, fields) =>
  new OpenedSource(source, settings, fields, undefined);

/** As {@link openSourceDetector}, but new series borrow from like ones. The same prior always gives the same scores. */
export function openerWithPrior(prior: PopulationPrior): OpenSourceDetector {
  return (source, settings, fields) => new OpenedSource(source, settings, fields, prior);
}

class OpenedSource implements SourceDetector {
  private readonly metrics = new Map<string, MetricState>();
  private readonly changed = new Set<string>();
  private relations: RelationWatch | undefined;
  private relationsChanged = false;
  private readonly zone: ZoneOffset;
  /** Metrics that have a memory, opened or at rest. */
  private knownCount = 0;

  constructor(
    private readonly source: string,
    private readonly settings: SourceSettings,
    private readonly fields: StateFields | undefined,
    private readonly prior: PopulationPrior | undefined,
  ) {
    this.zone = zoneOffset(settings.timeZone);
    if (fields) for (const name of fields.keys()) if (name.startsWith(METRIC_PREFIX)) this.knownCount++;
  }

  advance(point: DataPoint): readonly Observation[] {
    const observations: Observation[] = [];
    const measured = new Map<string, number>();
    const isLeap = this.isUnconfirmed(point);
    for (const name of Object.keys(point.metrics)) {
      observations.push(isLeap ? this.observeLeap(name, point) : this.observe(name, point));
      if (quantity.known) measured.set(name, quantity.value);
    }
    if (measured.size > 0 && (measured.size > 1 || this.hasRelations())) {
      const together = observeRelations(this.openRelations(), point.timestamp, measured);
      this.relationsChanged = true;
      if (together) observations.push(together);
    }
    return observations;
  }

  private observe(metric: string, point: DataPoint): Observation {
    const state = this.open(metric);
    if (!state) {
      quantity.known = false;
      return unjudged({ metric, value: point.metrics[metric]! }, 'unwatched');
    }
    const observation = observeMetric(state, this.readingOf(metric, point));
    if (observation.standing === 'current' || observation.standing === 'late') this.changed.add(metric);
    return observation;
  }

  private readingOf(metric: string, { metrics, timestamp }: DataPoint): Reading {
    const { allowedLatenessMs, counters } = this.settings;
    return {
      metric,
      value: metrics[metric]!,
      timestamp,
      wallMs: timestamp + this.zone(timestamp),
      allowedLatenessMs,
      counter: counters?.includes(metric),
    };
  }

  /** Is its time a leap to all of its metrics that can tell, and confirmed by none? */
  private isUnconfirmed({ metrics, timestamp }: DataPoint): boolean {
    let isLeap = false;
    for (const name of Object.keys(metrics)) {
      const state = this.known(name);
      const view = state ? viewOfLeap(state, timestamp) : 'unknown';
      if (view === 'no-leap' || view === 'confirmed') return false;
      if (view === 'unconfirmed') isLeap = true;
    }
    return isLeap;
  }

  /** A metric that cannot tell a leap does not begin with one. */
  private observeLeap(metric: string, point: DataPoint): Observation {
    const state = this.known(metric);
    if (!state || viewOfLeap(state, point.timestamp) === 'unknown') {
      quantity.known = false;
      return unjudged({ metric, value: point.metrics[metric]! }, 'unconfirmed', state);
    }
    this.changed.add(metric);
    return observeLeap(state, this.readingOf(metric, point));
  }

  conclude(
    point: DataPoint,
    observations: readonly Observation[],
    scores: readonly ModelScore[],
    context: ConcludeContext,
  ): Conclusion {
    const verdicts: Verdict[] = [];
    const events: AnomalyEvent[] = [];
    const thresholds: number[] = [];
    let next = 0;
    for (const observation of observations) {
      if (!isJudged(observation)) {
        verdicts.push(NO_VERDICT);
        thresholds.push(1);
        continue;
      }
      const threshold = thresholdOf(observation, this.settings);
      thresholds.push(threshold);
      const score = scores[next++];
      if (!score) throw new RangeError(`${this.source}: at least ${next} vectors to score, ${scores.length} scores`);
      const state = this.memoryOf(observation.metric);
      const { verdict, change } = judge(state, point.timestamp, observation, score, threshold, this.settings);
      verdicts.push(verdict);
      if (change) events.push(anomalyEvent(point, observation, verdict, change, threshold, context));
    }
    return { verdicts, source: sourceVerdict(observations, verdicts, thresholds), events };
  }

  /** For stage 2, which moves refractory and episode in it. */
  private memoryOf(metric: string | undefined): MetricState {
    if (metric !== undefined) {
      this.changed.add(metric);
      return this.open(metric)!;
    }
    this.relationsChanged = true;
    return this.openRelations().state;
  }

  encode(): StateFields {
    const result = new Map<string, Uint8Array>();
    for (const name of this.changed) result.set(METRIC_PREFIX + name, encodeMetric(this.metrics.get(name)!));
    if (this.relations && this.relationsChanged) result.set(SOURCE_FIELD, saveRelations(this.relations));
    return result;
  }

  /** The metric's memory, if it has one. */
  private known(name: string): MetricState | undefined {
    return this.metrics.get(name) ?? (this.fields?.has(METRIC_PREFIX + name) ? this.open(name) : undefined);
  }

  /** The metric's memory, made if it is new and there is room. */
  private open(name: string): MetricState | undefined {
    const opened = this.metrics.get(name);
    if (opened) return opened;
    const saved = this.fields?.get(METRIC_PREFIX + name);
    if (!saved && this.knownCount >= METRICS_PER_SOURCE_MAX) return undefined;
    if (!saved) this.knownCount++;
    const state = (saved && decodeMetric(saved)) ?? newMetric(this.prior?.beginnings.get(name) ?? commonBeginning());
    this.metrics.set(name, state);
    return state;
  }

  private hasRelations(): boolean {
    return this.relations !== undefined || this.fields?.has(SOURCE_FIELD) === true;
  }

  private openRelations(): RelationWatch {
    this.relations ??= openRelations(this.fields?.get(SOURCE_FIELD));
    return this.relations;
  }
}
