/** What the alarms of one source were worth. */
export interface AlarmTally {
  faults: number;
  found: number;
  /** Rows from the first of a fault to its first alarm. */
  delays: number[];
  /** Alarms outside faults; those within MERGE_ROWS of each other, or of the end of a fault, count as one with it. */
  falseEpisodes: number;
  normalRows: number;
}

/** An episode closes when nothing was reported for so long. */
const MERGE_ROWS = 60;

/** @param alarms 1 where the limit was passed */
export function tallyAlarms(alarms: ArrayLike<number>, labels: ArrayLike<number>, from = 0): AlarmTally {
  const tally: AlarmTally = { faults: 0, found: 0, delays: [], falseEpisodes: 0, normalRows: 0 };
  let faultFrom = -1;
  let foundThis = false;
  let quietSince = Number.NEGATIVE_INFINITY;
  for (let i = from; i < labels.length; i++) {
    const faulty = labels[i] === 1;
    if (!faulty) tally.normalRows++;
    if (faulty && faultFrom < 0) {
      faultFrom = i;
      foundThis = false;
      tally.faults++;
    }
    if (!faulty) faultFrom = -1;
    if (faulty) quietSince = i;
    if (!alarms[i]) continue;
    if (faulty && !foundThis) {
      foundThis = true;
      tally.found++;
      tally.delays.push(i - faultFrom);
    }
    if (!faulty && i - quietSince > MERGE_ROWS) tally.falseEpisodes++;
    quietSince = i;
  }
  return tally;
}

export function addTally(sum: AlarmTally, tally: AlarmTally): AlarmTally {
  return {
    faults: sum.faults + tally.faults,
    found: sum.found + tally.found,
    delays: [...sum.delays, ...tally.delays],
    falseEpisodes: sum.falseEpisodes + tally.falseEpisodes,
    normalRows: sum.normalRows + tally.normalRows,
  };
}

export const NO_ALARMS: AlarmTally = { faults: 0, found: 0, delays: [], falseEpisodes: 0, normalRows: 0 };
