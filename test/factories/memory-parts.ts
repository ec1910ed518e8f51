import { createHash } from 'node:crypto';
import type { BatchCounts, Services } from '../../lambdas/detect-anomalies/services';
import { CacheWitness } from '../../lambdas/detect-anomalies/warming/cache-witness';
import { FEATURES, type Model } from '../../shared/detection/model';
import {
  CHECKPOINT_FIELD,
  type RecentQuery,
  type StateCommit,
  type StateFields,
  TransientFault,
} from '../../shared/detection/ports';
import type { OpenSourceDetector } from '../../shared/detection/source-detector';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import { stableId } from '../../shared/domain/ids';
import type { PointRow, QuarantineObject } from '../../shared/domain/rows';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import { MemorySilenceIndex } from './memory-silence-index';

/**
 * Every part that detection of a batch talks to, in memory, with the ports' identities, and a switch that lets any call fail
 * before or after it took effect. For tests of the caller; the adapters have their contract suites.
 */
export class MemoryParts {
  readonly states = new Map<string, Map<string, Uint8Array>>();
  readonly rows = new Map<string, PointRow>();
  readonly stored = new Map<string, AnomalyEvent>();
  readonly published: AnomalyEvent[] = [];
  readonly quarantined = new Map<string, QuarantineObject>();
  readonly index = new MemorySilenceIndex();
  readonly problems: string[] = [];
  readonly batches: Readonly<BatchCounts>[] = [];
  /** Calls of any part so far. */
  calls = 0;
  /** Calls that look for rows of lost memories. They have no fate: a batch goes on without, so that it ends differently. */
  lookUps = 0;
  lookUpsFail = false;
  /** Asked before each call; what it answers happens to the call. */
  fate: (call: number, part: string) => 'works' | 'fails before' | 'fails after' = () => 'works';

  readonly services: Services = {
    cache: {
      load: (sources) => this.call('cache.load', () => sources.map((source) => this.copyOf(source))),
      commit: (commits) => this.call('cache.commit', () => commits.map((commit) => this.commitOne(commit))),
      close: async () => {},
    },
    store: {
      writePoints: (rows) => this.call('store.points', () => void rows.map((row) => this.keepRow(row))),
      writeAnomalies: (events) =>
        this.call('store.anomalies', () => void events.map((event) => this.stored.set(event.id, event))),
      readPoints: () => Promise.reject(new Error('not used here')),
      readRecent: async (queries) => {
        this.lookUps += 1;
        if (this.lookUpsFail) throw new TransientFault('store', 'failed on purpose');
        return queries.map((query) => this.recent(query));
      },
      readAnomalies: ({ source, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }) =>
        this.call('store.read anomalies', () =>
          [...this.stored.values()]
            .filter((event) => (source ?? event.source) === event.source)
            .filter(({ timestamp }) => timestamp >= from && timestamp < to)
            .sort((a, b) => a.timestamp - b.timestamp || a.transition - b.transition),
        ),
      close: async () => {},
    },
    topic: { publish: (events) => this.call('topic', () => void this.published.push(...events)) },
    silence: {
      file: (filings) => this.call('silence.file', () => this.index.file(filings)),
      refile: (refilings) => this.call('silence.refile', () => this.index.refile(refilings)),
      due: (until, limit) => this.call('silence.due', () => this.index.due(until, limit)),
      advanceShards: (progress) => this.call('silence.progress', () => this.index.advanceShards(progress)),
      shards: () => this.call('silence.shards', () => this.index.shards()),
      close: async () => {},
    },
    quarantine: {
      put: (objects) =>
        this.call('quarantine', () => void objects.map((object) => this.quarantined.set(object.id, object))),
    },
    scorer: {
      score: (vectors) =>
        this.call('scorer', () => ({ scores: vectors.map((v) => firstFeature.score(v)), model: 'endpoint-1' })),
    },
    builtIn: { ...firstFeatureModel(), version: 'built-in-0' },
    openDetector: openDigestDetector,
    settings: DEFAULT_SETTINGS,
    warming: { witness: new CacheWitness(), limits: { points: 100, sources: 100, ms: 1_000 } },
    observe: {
      clock: () => 0,
      began: () => {},
      stage: () => {},
      batch: (counts) => void this.batches.push(counts),
      published: () => {},
      circuit: () => {},
      problem: (what, error) =>
        void this.problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`),
    },
  };

  /** A call of a part: its fate, then its effect. */
  async call<T>(part: string, effect: () => T): Promise<T> {
    const fate = this.fate(++this.calls, part);
    await Promise.resolve();
    if (fate === 'fails before') throw new TransientFault(part, 'failed on purpose, before');
    const result = effect();
    await Promise.resolve();
    if (fate === 'fails after') throw new TransientFault(part, 'failed on purpose, after');
    return result;
  }

  private copyOf(source: string): StateFields | undefined {
    const state = this.states.get(source);
    return state === undefined ? undefined : new Map(state);
  }

  private commitOne({ source, expected, fields }: StateCommit): boolean {
    const state = this.states.get(source) ?? new Map<string, Uint8Array>();
    if (Buffer.compare(state.get(CHECKPOINT_FIELD) ?? NOTHING, expected ?? NOTHING) !== 0) return false;
    for (const [name, bytes] of fields) state.set(name, bytes);
    this.states.set(source, state);
    return true;
  }

  private recent({ source, limit }: RecentQuery): PointRow[] {
    const rows = [...this.rows.values()].filter((row) => row.source === source);
    return rows.sort((a, b) => a.timestamp - b.timestamp).slice(-limit);
  }

  private keepRow(row: PointRow): void {
    const key = JSON.stringify([row.source, row.metric, row.timestamp, row.revision]);
    if (!this.rows.has(key)) this.rows.set(key, row);
  }
}

const NOTHING = new Uint8Array();

/** Scores a vector by its first feature alone. */
function firstFeatureModel(): Model {
  return {
    version: 'endpoint-1',
    score: ([first = 0]) => ({ anomaly: first / (first + 1.3), alarm: first / (first + 1.3) }),
  };
}
const firstFeature = firstFeatureModel();

/**
 * A detector whose state is a digest of every value it learnt, in order: a point lost, doubled or reordered changes it for
 * ever. A value above 100 is an anomaly.
 */
export const openDigestDetector: OpenSourceDetector = (source, settings, fields) => {
  const stored = fields?.get('digest');
  if (stored !== undefined && stored.length !== 32) throw new Error('unreadable state');
  let digest: Uint8Array = stored ?? new Uint8Array(32);
  return {
    advance: (point) => {
      digest = createHash('sha256')
        .update(digest)
        .update(JSON.stringify([point.timestamp, point.metrics]))
        .digest();
      return Object.entries(point.metrics).map(([metric, value]) => ({
        metric,
        value,
        standing: 'current' as const,
        features: FEATURES.map((_, i) => (i === 0 && value > 100 ? value : 0)),
        expected: undefined,
        lower: undefined,
        upper: undefined,
        learnt: 100,
        learningNeeds: 40,
      }));
    },
    conclude: (point, observations, scores, context) => {
      const verdicts = scores.map(({ anomaly, alarm }) => ({
        anomalyScore: anomaly,
        alarmScore: alarm,
        isAnomaly: alarm >= settings.threshold,
        contributions: [],
      }));
      const events = verdicts.flatMap((verdict, i): AnomalyEvent[] =>
        verdict.isAnomaly
          ? [
              digestEvent(
                source,
                point.timestamp,
                observations[i]!.metric!,
                verdict.alarmScore,
                settings.threshold,
                context,
              ),
            ]
          : [],
      );
      return { verdicts, source: verdicts[0]!, events };
    },
    encode: () => new Map([['digest', digest]]),
    close: () => undefined,
  };
};

function digestEvent(
  source: string,
  timestamp: number,
  metric: string,
  score: number,
  threshold: number,
  context: Pick<AnomalyEvent, 'versions' | 'degraded' | 'warming'>,
): AnomalyEvent {
  const id = stableId('event', source, metric, timestamp);
  return {
    version: 1,
    id,
    episodeId: id,
    transition: 1,
    phase: 'opened',
    kind: 'value',
    source,
    metric,
    tags: {},
    timestamp,
    anomalyScore: score,
    alarmScore: score,
    threshold,
    severity: 'low',
    contributions: [],
    ...context,
  };
}
