import type { AnomalyEvent } from '../domain/anomaly-event';
import type { DataPoint } from '../domain/data-point';
import type { SourceSettings } from '../domain/settings';
import { type ZoneOffset, zoneOffset } from '../domain/wall-clock';
import { commonBeginning } from './beginning';
import { anomalyEvent, judge, NO_VERDICT, thresholdOf } from './judge';
import { viewOfLeap } from './leap';
import { decodeMetric, encodeMetric, newMetric } from './metric-codec';
import { isJudged } from './metric-observation';
import { type MetricState, releaseMetricState } from './metric-state';
import type { ModelScore } from './model';
import { observeLeap, observeMetric, quantity, type Reading, unjudged } from './observe-metric';
import { openPrior, type PopulationPrior, type PriorDocument } from './population-prior';
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

/** As {@link openerWithPrior}, of a document; absent: new series borrow what all series have in common. */
export function openerFor(document: PriorDocument | undefined): OpenSourceDetector {
  return document === undefined ? openSourceDetector : openerWithPrior(openPrior(document));
}

/** A metric in memory. */
interface OpenedMetric {
  readonly field: string;
  readonly state: MetricState;
  isChanged: boolean;
}

class OpenedSource implements SourceDetector {
  private readonly metrics = new Map<string, OpenedMetric>();
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
    const names = Object.keys(point.metrics);
    const measured = names.length > 1 || this.hasRelations() ? new Map<string, number>() : undefined;
    const isLeap = this.isUnconfirmed(point, names);
    for (const name of names) {
      observations.push(isLeap ? this.observeLeap(name, point) : this.observe(name, point));
      if (quantity.known) measured?.set(name, quantity.value);
    }
    if (measured && measured.size > 0 && (measured.size > 1 || this.hasRelations())) {
      const together = observeRelations(this.openRelations(), point.timestamp, measured);
      this.relationsChanged = true;
      if (together) observations.push(together);
    }
    return observations;
  }

  private observe(metric: string, point: DataPoint): Observation {
    const opened = this.open(metric);
    if (!opened) {
      quantity.known = false;
      return unjudged({ metric, value: point.metrics[metric]! }, 'unwatched');
    }
    const observation = observeMetric(opened.state, this.readingOf(metric, point));
    if (observation.standing === 'current' || observation.standing === 'late') opened.isChanged = true;
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
  private isUnconfirmed({ timestamp }: DataPoint, names: readonly string[]): boolean {
    let isLeap = false;
    for (const name of names) {
      const opened = this.known(name);
      const view = opened ? viewOfLeap(opened.state, timestamp) : 'unknown';
      if (view === 'no-leap' || view === 'confirmed') return false;
      if (view === 'unconfirmed') isLeap = true;
    }
    return isLeap;
  }

  /** A metric that cannot tell a leap does not begin with one. */
  private observeLeap(metric: string, point: DataPoint): Observation {
    const opened = this.known(metric);
    if (!opened || viewOfLeap(opened.state, point.timestamp) === 'unknown') {
      quantity.known = false;
      return unjudged({ metric, value: point.metrics[metric]! }, 'unconfirmed', opened?.state);
    }
    opened.isChanged = true;
    return observeLeap(opened.state, this.readingOf(metric, point));
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
      const score = scores[next++];
      if (!score) throw new RangeError(`${this.source}: at least ${next} vectors to score, ${scores.length} scores`);
      const state = this.memoryOf(observation.metric);
      const threshold = thresholdOf(state, observation, this.settings);
      thresholds.push(threshold);
      const { verdict, change } = judge(state, point.timestamp, observation, score, threshold, this.settings);
      verdicts.push(verdict);
      if (change) events.push(anomalyEvent(point, observation, verdict, change, threshold, context));
    }
    return { verdicts, source: sourceVerdict(observations, verdicts, thresholds), events };
  }

  /** For stage 2, which moves refractory and episode in it. */
  private memoryOf(metric: string | undefined): MetricState {
    if (metric !== undefined) {
      const opened = this.open(metric)!;
      opened.isChanged = true;
      return opened.state;
    }
    this.relationsChanged = true;
    return this.openRelations().state;
  }

  encode(): Map<string, Uint8Array> {
    const result = new Map<string, Uint8Array>();
    for (const { field, state, isChanged } of this.metrics.values())
      if (isChanged) result.set(field, encodeMetric(state));
    if (this.relations && this.relationsChanged) result.set(SOURCE_FIELD, saveRelations(this.relations));
    return result;
  }

  close(): void {
    for (const { state } of this.metrics.values()) releaseMetricState(state);
    if (this.relations) releaseMetricState(this.relations.state);
    this.metrics.clear();
    this.relations = undefined;
  }

  /** The metric's memory, if it has one. */
  private known(name: string): OpenedMetric | undefined {
    const opened = this.metrics.get(name);
    if (opened) return opened;
    const field = METRIC_PREFIX + name;
    const saved = this.fields?.get(field);
    return saved && this.remember(name, field, decodeMetric(saved));
  }

  /** The metric's memory, made if it is new and there is room. */
  private open(name: string): OpenedMetric | undefined {
    const known = this.known(name);
    if (known) return known;
    if (this.knownCount >= this.settings.metricsMax) return undefined;
    this.knownCount++;
    return this.remember(name, METRIC_PREFIX + name, undefined);
  }

  /** @param state undefined: it begins anew */
  private remember(name: string, field: string, state: MetricState | undefined): OpenedMetric {
    const beginning = () => newMetric(this.prior?.beginnings.get(name) ?? commonBeginning());
    const opened = { field, state: state ?? beginning(), isChanged: false };
    this.metrics.set(name, opened);
    return opened;
  }

  private hasRelations(): boolean {
    return this.relations !== undefined || this.fields?.has(SOURCE_FIELD) === true;
  }

  private openRelations(): RelationWatch {
    this.relations ??= openRelations(this.fields?.get(SOURCE_FIELD));
    return this.relations;
  }
}
