import { SCORE_AT_HALF } from '../built-in-model';
import { AdaptiveReference } from './adaptive-reference';
import { grown } from './grown';
import { RELATION_SETTINGS } from './relation-settings';
import { type StateFields, StateReader, StateWriter } from './state-fields';
import { SteadyReference } from './steady-reference';

const S = RELATION_SETTINGS;

/** "RE", then the version of the format. */
const HEADER = 0x5245_0001;
/** Values beyond cannot be squared; they are taken as not measured. */
const MAGNITUDE_MAX = 1e150;
/** A row must say something of relations. */
const MEASURED_MIN = 2;
const AGE_MAX = 60_000;

/** What the relations of a source say of one row. Filled by {@link RelationDetector.advance}, reused row after row. */
export interface RelationReading {
  /** Was there enough to judge? If not, the scores are 0 and nothing was learnt. */
  judged: boolean;
  /** Continuous, for ranking; about 0.45 when all is normal. ≥ 0, unbounded. */
  score: number;
  /** For alarms: 1 is the limit, 0 while too little is known. ≥ 0, unbounded. */
  level: number;
  alarm: boolean;
  /** Share of each metric in the surprise, in the order of the detector's names; they sum to 1, or all are 0. */
  contributions: Float64Array;
}

export function relationReading(): RelationReading {
  return { judged: false, score: 0, level: 0, alarm: false, contributions: new Float64Array(S.metricsMax) };
}

/** The feature `relation`: the score as it is, since 0.45 is what metrics have when normal, too. */
export function relationFeature(reading: RelationReading): number {
  return reading.score;
}

/** The feature `relationAlarm`, ≥ 0: the built-in model's v / (v + 1.3) gives 0.5 exactly at the alarm limit. */
export function relationAlarmFeature(reading: RelationReading): number {
  return SCORE_AT_HALF * reading.level;
}

/**
 * Judges whether the metrics of one source still go together as they used to, and whether all are where they used to be.
 * Streaming, causal from the first row, no training and no labels. Two references look at each row: one that adapts and sees
 * changes, one that is steady and keeps a fault from becoming normal.
 *
 * Metrics join as they appear, up to 32; what comes later stays outside. One that joins an established source
 * is watched for 200 measured rows, then takes part as unrelated to all others until its relations are learnt.
 *
 * The working state has the precision of the state at rest, so saving and loading changes nothing, to the bit.
 */
export class RelationDetector {
  private metricNames: string[] = [];
  private readonly places = new Map<string, number>();
  /** Rows in which each metric was measured; whether it takes part. */
  private ages = new Uint16Array(0);
  private taking = new Uint8Array(0);
  private row = 0;
  /** Mean of the references' surprises in the row judged last. */
  private surpriseBefore = 0;
  private adaptive = new AdaptiveReference(0);
  private steady = new SteadyReference(0);
  /** Work space of a row: 1 where a metric says nothing in it. */
  private missing = new Uint8Array(0);

  constructor(names: readonly string[] = []) {
    this.join(names);
  }

  /**
   * What a later layout has behind the fields known here is left unread, so that a rollback goes on.
   *
   * @throws {RangeError} if the bytes are not a state of relations, of another version, or cut short
   */
  static decode(bytes: Uint8Array): RelationDetector {
    const reader = new StateReader(bytes);
    const header = reader.count();
    if (header !== HEADER)
      throw new RangeError(`relation state has header ${header.toString(16)}, expected ${HEADER.toString(16)}`);
    const detector = new RelationDetector(readNames(reader));
    detector.transfer(reader);
    return detector;
  }

  encode(): Uint8Array {
    const writer = new StateWriter();
    writer.count(HEADER);
    writeNames(writer, this.metricNames);
    this.transfer(writer);
    return writer.finish();
  }

  /** Metrics which have a place, in the order of values and contributions. */
  get names(): readonly string[] {
    return this.metricNames;
  }

  /** May further metrics join? */
  get hasRoom(): boolean {
    return this.metricNames.length < S.metricsMax;
  }

  /** Rows judged so far. */
  get rows(): number {
    return this.row;
  }

  /** Where a metric stands in values and contributions; −1 if it has no place. */
  placeOf(name: string): number {
    return this.places.get(name) ?? -1;
  }

  /** Gives places to metrics that have none yet, as far as there are. Allocates; for rows with unknown metrics only. */
  join(names: readonly string[]): void {
    const before = this.metricNames.length;
    for (const name of names) {
      if (this.places.has(name) || this.metricNames.length >= S.metricsMax) continue;
      this.places.set(name, this.metricNames.length);
      this.metricNames.push(name);
    }
    if (this.metricNames.length > before) this.grow(this.metricNames.length);
  }

  /**
   * Judges a row, then learns from it. O(metrics²), every few rows O(metrics³).
   *
   * @param values of the metrics in the order of {@link names}; NaN where not measured
   * @param gap did a long time pass since the row before? Fast changes across a gap are no news.
   */
  advance(values: Float64Array, gap: boolean, out: RelationReading): void {
    out.judged = this.measure(values) >= MEASURED_MIN;
    if (!out.judged) {
      clear(out);
      return;
    }
    this.row++;
    this.admit(values);
    this.adaptive.advance(values, this.missing, this.ages, this.row, gap);
    this.steady.advance(values, this.missing, this.row);
    this.report(out);
  }

  /** Partial correlation of two metrics, by place, as the steady reference knows it. */
  partialCorrelation(i: number, j: number): number {
    return this.steady.values.partialCorrelation(i, j);
  }

  /**
   * Of the row advanced last: how far the size of a metric's fluctuation is from its usual, in standard deviations, if that is
   * what the row is strange for; otherwise 0.
   */
  fluctuation(place: number): number {
    return this.adaptive.fluctuation(place);
  }

  /** Marks what is missing; gives how many metrics were measured. */
  private measure(values: Float64Array): number {
    let measured = 0;
    for (let j = 0; j < this.missing.length; j++) {
      const here = Math.abs(values[j]!) <= MAGNITUDE_MAX;
      this.missing[j] = here ? 0 : 1;
      if (here) measured++;
    }
    return measured;
  }

  /** Lets metrics take part once they have been measured often enough, in half of a young source's rows or often. */
  private admit(values: Float64Array): void {
    for (let j = 0; j < this.missing.length; j++) {
      if (this.missing[j]) continue;
      if (this.ages[j]! < AGE_MAX) this.ages[j]!++;
      if (this.taking[j]) continue;
      this.adaptive.watch(j, values[j]!, this.ages[j]!);
      if (this.ages[j]! < Math.min(S.probationRows, this.row / 2)) this.missing[j] = 1;
      else this.takeIn(j, values[j]!);
    }
  }

  private takeIn(j: number, value: number): void {
    this.taking[j] = 1;
    if (this.ages[j]! < this.row) this.adaptive.takeInLate(j, value);
    this.steady.takeIn(j, this.adaptive.mean[j]!, this.adaptive.variance[j]!);
  }

  private report(out: RelationReading): void {
    const { adaptive, steady } = this;
    const young = 1 + 100 / this.row;
    const surprise = (adaptive.surprise + steady.surprise) / 2;
    // One wild row is a matter of its metrics' values; a broken relation lasts.
    const lasting = Math.min(surprise, this.surpriseBefore);
    this.surpriseBefore = surprise;
    const evidence = (adaptive.evidence.level + steady.evidence.level) / 2;
    out.score = (adaptive.evidence.score(adaptive.surprise) + steady.evidence.score(steady.surprise)) / 2;
    out.level =
      this.row <= S.alarmFromRow ? 0 : Math.max(lasting / S.alarmSurprise, evidence / S.alarmEvidence) / young;
    out.alarm = out.level > 1;
    this.share(out.contributions);
  }

  private share(contributions: Float64Array): void {
    contributions.fill(0);
    this.adaptive.contribute(contributions);
    this.steady.contribute(contributions);
    let all = 0;
    for (let j = 0; j < this.missing.length; j++) all += contributions[j]!;
    if (all > 0) for (let j = 0; j < this.missing.length; j++) contributions[j]! /= all;
  }

  private grow(metrics: number): void {
    this.ages = grown(this.ages, new Uint16Array(metrics));
    this.taking = grown(this.taking, new Uint8Array(metrics));
    this.missing = new Uint8Array(metrics);
    this.adaptive = this.row === 0 ? new AdaptiveReference(metrics) : this.adaptive.grown(metrics);
    this.steady = this.row === 0 ? new SteadyReference(metrics) : this.steady.grown(metrics);
  }

  private transfer(fields: StateFields): void {
    this.row = fields.number(this.row);
    this.surpriseBefore = fields.number(this.surpriseBefore);
    for (let j = 0; j < this.ages.length; j++) this.ages[j] = fields.count(this.ages[j]!);
    fields.bytes(this.taking, this.taking.length);
    this.adaptive.transfer(fields);
    this.steady.transfer(fields);
  }
}

function clear(out: RelationReading): void {
  out.score = 0;
  out.level = 0;
  out.alarm = false;
  out.contributions.fill(0);
}

function writeNames(writer: StateWriter, names: readonly string[]): void {
  const bytes = new TextEncoder().encode(JSON.stringify(names));
  writer.count(bytes.length);
  writer.bytes(bytes, bytes.length);
}

function readNames(reader: StateReader): string[] {
  const length = reader.count();
  if (length > reader.left)
    throw new RangeError(`relation state names ${length} bytes of metrics, it has ${reader.left}`);
  const bytes = new Uint8Array(length);
  reader.bytes(bytes, length);
  const names = parsed(new TextDecoder().decode(bytes));
  const valid = Array.isArray(names) && names.length <= S.metricsMax && names.every((name) => typeof name === 'string');
  if (!valid || new Set(names).size < names.length) throw new RangeError('relation state has no list of metrics');
  return names;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
