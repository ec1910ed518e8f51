import type { RescoreCounts, Services } from '../../lambdas/rescore-degraded/services';
import type { FeatureVector, ModelScore } from '../../shared/detection/model';
import type { PointRow } from '../../shared/domain/rows';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import type { MemoryParts } from './memory-parts';

/** Re-scoring over the parts that detection wrote to: the same store and topic, the same switch that lets calls fail. */
export function rescoringParts(
  parts: MemoryParts,
  model: (vector: FeatureVector) => ModelScore,
  changes: Partial<Services['limits']> = {},
) {
  const runs: RescoreCounts[] = [];
  const problems: string[] = [];
  const { writePoints, writeAnomalies, readAnomalies } = parts.services.store;
  const services: Services = {
    store: {
      writePoints,
      writeAnomalies,
      readAnomalies,
      readDegraded: ({ schema, from = Number.NEGATIVE_INFINITY, limit }) =>
        parts.call('store.read degraded', () =>
          visibleRows(parts)
            .filter(({ degraded, features, versions }) => degraded && features && versions.schema === schema)
            .filter(({ timestamp }) => timestamp >= from)
            .slice(0, limit),
        ),
    },
    topic: parts.services.topic,
    scorer: {
      score: (vectors) => parts.call('endpoint', () => ({ scores: vectors.map(model), model: 'endpoint-1' })),
    },
    settings: DEFAULT_SETTINGS,
    limits: { rowsMax: 1_000, pageRows: 5, reserveMs: 100, ...changes },
    observe: {
      rescored: (counts) => void runs.push(counts),
      published: () => {},
      problem: (what, error) => void problems.push(`${what}: ${error instanceof Error ? error.message : error}`),
    },
  };
  return { services, runs, problems };
}

/** What readers see: of each identity the highest revision; in order of time, source and metric. */
export function visibleRows(parts: MemoryParts): PointRow[] {
  const seen = new Map<string, PointRow>();
  for (const row of parts.rows.values()) {
    const key = JSON.stringify([row.source, row.metric, row.timestamp]);
    if ((seen.get(key)?.revision ?? -1) < row.revision) seen.set(key, row);
  }
  const text = ({ source, metric }: PointRow) => `${source}\n${metric}`;
  return [...seen.values()].sort((a, b) => a.timestamp - b.timestamp || (text(a) < text(b) ? -1 : 1));
}
