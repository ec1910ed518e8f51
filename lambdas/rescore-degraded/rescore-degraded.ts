import { FEATURE_SCHEMA_VERSION } from '../../shared/detection/model';
import { RowsRefused } from '../../shared/detection/ports';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { PointRow } from '../../shared/domain/rows';
import { settingsFor } from '../../shared/domain/settings';
import type { TimeLeft } from '../../shared/runtime/kinesis';
import {
  type Amendment,
  amend,
  changesVerdict,
  correctionOf,
  type DegradedRow,
  episodeAt,
  newsOf,
  unscorable,
} from './amend';
import { type ScoredRow, type ScoredRows, scoreRows } from './score-rows';
import type { CorrectedEvent, Ended, RescoreCounts, Services } from './services';

/**
 * Scores rows that the built-in model had scored in place of the endpoint, as far as the limits allow.
 *
 * Of each page: `corrected` events are stored, then published, then rows are amended. An amended row is what says that all is
 * done, so whatever fails or dies before it comes to the same again, under the same identities. The live path may write
 * meanwhile: it stores events before the rows that they tell of.
 *
 * A row whose vector the model refuses stays degraded and loses its vector: nobody asks for it again. Events of a source as a
 * whole (relations) that were sent degraded are not corrected: rows are of metrics, so nothing has kept their vector.
 *
 * @param since rows of data older than this, in epoch milliseconds, are left as they are; absent: none are
 * @throws what store and topic reject with; the next run goes on
 */
export async function rescoreDegraded(
  services: Services,
  timeLeftMs: TimeLeft = () => Number.POSITIVE_INFINITY,
  since?: number,
): Promise<RescoreCounts> {
  const run = new Run(services, timeLeftMs);
  const ended = await run.pages(since);
  const counts = { ...run.counts, ended };
  services.observe.rescored(counts);
  return counts;
}

/** Of the time left, what one page's scoring may use. */
const SCORING_SHARE = 0.5;
/** How far back the beginning of an open episode is looked for. */
const EPISODE_MS = 24 * 3_600_000;
/** Sources whose events are asked for at the same time. */
const READS_AT_ONCE = 8;

class Run {
  readonly counts = { rows: 0, corrected: 0, raised: 0, takenBack: 0, refused: 0, unanswered: 0 };

  constructor(
    private readonly services: Services,
    private readonly timeLeftMs: TimeLeft,
  ) {}

  async pages(since: number | undefined): Promise<Ended> {
    const { rowsMax, pageRows, reserveMs } = this.services.limits;
    // A store may show for a while what was amended already.
    const done = new Set<string>();
    let from = since;
    while (done.size < rowsMax) {
      if (this.timeLeftMs() < reserveMs) return 'time-budget';
      const page = await this.services.store.readDegraded({
        schema: FEATURE_SCHEMA_VERSION,
        limit: Math.min(pageRows, rowsMax - done.size),
        ...(from === undefined ? {} : { from }),
      });
      const last = page.at(-1);
      if (last === undefined) return this.counts.unanswered > 0 ? 'some-unanswered' : 'nothing-left';
      const fresh = page.filter(hasVector).filter((row) => !done.has(keyOf(row)));
      const failed = fresh.length > 0 ? await this.page(fresh) : undefined;
      if (failed !== undefined) return failed;
      for (const row of fresh) done.add(keyOf(row));
      from = fresh.length > 0 ? last.timestamp : last.timestamp + 1;
    }
    return 'rows-budget';
  }

  private async page(rows: readonly DegradedRow[]): Promise<Ended | undefined> {
    const { scored, refused, unanswered, ended } = await this.score(rows);
    const amendments = this.amended(scored);
    const corrected = await this.corrections(amendments);
    const events = corrected.map(({ event }) => event);
    const { store, topic, observe } = this.services;
    if (events.length > 0) {
      await this.keepingOut(() => store.writeAnomalies(events));
      await topic.publish(events);
      observe.published(corrected);
    }
    const after = [...amendments.map((amendment) => amendment.after), ...refused.map(unscorable)];
    if (after.length > 0) await this.keepingOut(() => store.writePoints(after));
    this.counts.rows += amendments.length;
    this.counts.refused += refused.length;
    this.counts.unanswered += unanswered.length;
    this.counts.corrected += events.length;
    const changed = amendments.filter(changesVerdict);
    const raised = changed.filter(({ after }) => after.isAnomaly).length;
    this.counts.raised += raised;
    this.counts.takenBack += changed.length - raised;
    return ended;
  }

  /** What the store never takes must not hold up the rest; it stays degraded. */
  private async keepingOut(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof RowsRefused)) throw error;
      this.services.observe.problem('store', error);
    }
  }

  private amended(scored: readonly ScoredRow[]): Amendment[] {
    const { settings } = this.services;
    return scored.map(({ row, score, model }) => {
      const { threshold } = settingsFor(settings, row.source, row.timestamp);
      return amend(row, score, model, { threshold, settings: settings.version });
    });
  }

  private score(rows: readonly DegradedRow[]): Promise<ScoredRows> {
    const { scorer, observe, limits } = this.services;
    return scoreRows(rows, {
      score: (vectors) => scorer.score(vectors, SCORING_SHARE * this.timeLeftMs()),
      hasTime: () => this.timeLeftMs() >= limits.reserveMs,
      problem: observe.problem,
    });
  }

  /** For every event that was sent degraded, and for every verdict that changed without one. */
  private async corrections(amendments: readonly Amendment[]): Promise<CorrectedEvent[]> {
    if (amendments.length === 0) return [];
    const sent = await this.sentFor(amendments.map(({ before }) => before));
    const corrected: CorrectedEvent[] = amendments.flatMap((amendment) =>
      (sent.get(keyOf(amendment.before)) ?? []).map((event) => ({
        event: correctionOf(event, amendment),
        position: amendment.after,
      })),
    );
    const untold = amendments.filter((amendment) => changesVerdict(amendment) && !sent.has(keyOf(amendment.before)));
    corrected.push(...(await this.news(untold)));
    // Two events of one point and kind (told by two tries of one batch) have one correction.
    return [...new Map(corrected.reverse().map((one) => [one.event.id, one])).values()].reverse();
  }

  /** Events that told of these rows while they were degraded, by row. */
  private async sentFor(rows: readonly DegradedRow[]): Promise<Map<string, AnomalyEvent[]>> {
    const from = rows[0]!.timestamp;
    const to = rows[rows.length - 1]!.timestamp + 1;
    const wanted = new Set(rows.map(keyOf));
    const sent = new Map<string, AnomalyEvent[]>();
    for (const event of await this.services.store.readAnomalies({ from, to })) {
      const key = keyOf(event);
      if (!event.degraded || event.phase === 'corrected' || !wanted.has(key)) continue;
      sent.set(key, [...(sent.get(key) ?? []), event]);
    }
    return sent;
  }

  private async news(untold: readonly Amendment[]): Promise<CorrectedEvent[]> {
    const bySource = new Map<string, Amendment[]>();
    for (const amendment of untold) {
      const { source } = amendment.after;
      bySource.set(source, [...(bySource.get(source) ?? []), amendment]);
    }
    const sources = [...bySource.values()];
    const news: CorrectedEvent[] = [];
    for (let at = 0; at < sources.length; at += READS_AT_ONCE) {
      const some = sources.slice(at, at + READS_AT_ONCE).map((ofSource) => this.newsOfSource(ofSource));
      news.push(...(await Promise.all(some)).flat());
    }
    return news;
  }

  private async newsOfSource(untold: readonly Amendment[]): Promise<CorrectedEvent[]> {
    const { source, timestamp } = untold[0]!.after;
    const to = untold[untold.length - 1]!.after.timestamp + 1;
    const events = await this.services.store.readAnomalies({ source, from: timestamp - EPISODE_MS, to });
    return untold.map((amendment) => ({
      event: newsOf(amendment, episodeAt(events, amendment.after)),
      position: amendment.after,
    }));
  }
}

function hasVector(row: PointRow): row is DegradedRow {
  return row.features !== undefined;
}

function keyOf({ source, metric, timestamp }: Pick<AnomalyEvent, 'source' | 'metric' | 'timestamp'>): string {
  return JSON.stringify([source, metric, timestamp]);
}
