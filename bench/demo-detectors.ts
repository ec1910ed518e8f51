import { pointScorer, type ScoredPoint } from '../apps/cli/score/point-scorer';
import { builtInModel } from '../shared/detection/built-in-model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { AnomalyEvent } from '../shared/domain/anomaly-event';
import type { DataPoint } from '../shared/domain/data-point';
import type { Settings } from '../shared/domain/settings';
import { openBaseline } from './peers/baseline-series';

/** Points in, of any source and in order for each; episode changes out. */
export type Detect = (point: DataPoint) => readonly AnomalyEvent[];

/** The product. @param watch sees every point with what stage 1 says of it */
export function engineDetect(
  settings: Settings,
  watch: (point: DataPoint, scored: ScoredPoint) => void = () => {},
): Detect {
  const score = pointScorer(openSourceDetector, builtInModel, settings);
  return (point) => {
    const scored = score(point);
    watch(point, scored);
    return scored.conclusion.events;
  };
}

/** A windowed Gaussian for each series, with the product's refractory and episodes around it. */
export function baselineDetect({ defaults }: Settings, sigmas: number): Detect {
  const series = new Map<string, Detect>();
  return (point) =>
    Object.keys(point.metrics).flatMap((metric) => {
      const name = JSON.stringify([point.source, metric]);
      const detect = series.get(name) ?? openBaseline(metric, defaults, sigmas);
      series.set(name, detect);
      return detect(point);
    });
}
