import { builtInModel } from '../shared/detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../shared/detection/model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { SourceDetector } from '../shared/detection/source-detector';
import type { AnomalyEvent } from '../shared/domain/anomaly-event';
import type { DataPoint } from '../shared/domain/data-point';
import type { SourceSettings } from '../shared/domain/settings';
import { openBaseline } from './peers/baseline-series';

/** Points in, of any source and in order for each; episode changes out. */
export type Detect = (point: DataPoint) => readonly AnomalyEvent[];

const CONTEXT = {
  versions: { model: builtInModel.version, settings: 1, schema: FEATURE_SCHEMA_VERSION },
  degraded: false,
  warming: false,
};

/** The product. */
export function engineDetect(settings: SourceSettings): Detect {
  const detectors = new Map<string, SourceDetector>();
  return (point) => {
    const detector = openedFor(detectors, point.source, () => openSourceDetector(point.source, settings, undefined));
    const observations = detector.advance(point);
    const scores = observations.flatMap(({ features }) => (features === undefined ? [] : builtInModel.score(features)));
    return detector.conclude(point, observations, scores, CONTEXT).events;
  };
}

/** A windowed Gaussian for each series, with the product's refractory and episodes around it. */
export function baselineDetect(settings: SourceSettings, sigmas: number): Detect {
  const series = new Map<string, ReturnType<typeof openBaseline>>();
  return (point) =>
    Object.keys(point.metrics).flatMap((metric) =>
      openedFor(series, `${point.source} ${metric}`, () => openBaseline(metric, settings, sigmas))(point),
    );
}

function openedFor<T>(opened: Map<string, T>, name: string, open: () => T): T {
  const known = opened.get(name);
  if (known !== undefined) return known;
  const fresh = open();
  opened.set(name, fresh);
  return fresh;
}
