import { FEATURE_SCHEMA_VERSION, type Model, type ModelScore } from '../../../shared/detection/model';
import type {
  ConcludeContext,
  Conclusion,
  Observation,
  OpenSourceDetector,
  SourceDetector,
} from '../../../shared/detection/source-detector';
import type { DataPoint } from '../../../shared/domain/data-point';
import { type Settings, settingsFor } from '../../../shared/domain/settings';

export interface ScoredPoint {
  readonly observations: readonly Observation[];
  readonly conclusion: Conclusion;
}

/**
 * Scores points one by one as the live path does, with a detector in memory for each source. Points of a source must come
 * in order. A score depends on the points given before it and on nothing else.
 */
export function pointScorer(
  openDetector: OpenSourceDetector,
  model: Model,
  settings: Settings,
): (point: DataPoint) => ScoredPoint {
  const detectors = new Map<string, SourceDetector>();
  const context: ConcludeContext = {
    versions: { model: model.version, settings: settings.version, schema: FEATURE_SCHEMA_VERSION },
    degraded: false,
    warming: false,
  };
  return (point) => {
    let detector = detectors.get(point.source);
    if (detector === undefined) {
      detector = openDetector(point.source, settingsFor(settings, point.source), undefined);
      detectors.set(point.source, detector);
    }
    const observations = detector.advance(point);
    const scores: ModelScore[] = [];
    for (const { features } of observations) if (features !== undefined) scores.push(model.score(features));
    return { observations, conclusion: detector.conclude(point, observations, scores, context) };
  };
}
