/**
 * The one configuration of the relation detector, the same for every source. Lengths are in rows, surprises in decades of
 * rarity (1 = one row in ten, 2 = one in a hundred).
 */
export const RELATION_SETTINGS = {
  /** Metrics that take part; further ones stay outside. Cost grows with the cube, memory with the square. */
  metricsMax: 32,
  /** Deviations beyond this many standard deviations are compressed to their logarithm. */
  linearRange: 3,
  /** Memory of the fast mean which splits a value into its slow and its fast part. */
  fastMeanRows: 16,
  /** Memory of the recent size of the fast part, and of what the other metrics do not explain. */
  fastSizeRows: 32,
  residualSizeRows: 24,
  /** Rows until these sizes count in full. */
  sizeTrustRows: 1000,
  /** Memory of means, scales and relations. */
  memoryRows: 5000,
  /** Memory of the calibrations. */
  calibrationRows: 5000,
  /** Rows whose surprise stays below are learnt in full, others the less the stranger they are. */
  learningGate: 1.3,
  /** No row weighs more than one at this many standard deviations would. */
  outlierLimit: 6,
  evidenceRows: 30,
  /** One row adds no more surprise than this to the evidence. */
  evidenceCap: 4,
  /** Evidence above which the adaptive and the steady reference hold back learning. */
  adaptiveHot: 1.3,
  steadyHot: 2,
  /** Weight of a row while the adaptive reference holds back. */
  heldWeight: 0.002,
  /** Rows a change must last before it is accepted as the new normal: as many as were learnt, between these. */
  patienceRowsMax: 2000,
  adaptivePatienceRowsMin: 100,
  steadyPatienceRowsMin: 60,
  /** Memory of the smoothed surprise, and its share in the score. */
  smoothRows: 16,
  smoothShare: 0.8,
  /** Rows in which the steady reference learns without holding back: more where more relations are to be learnt. */
  coldRows: 200,
  coldRowsAMetric: 4,
  /** Quarantine of the steady reference: rows of a block and how many blocks wait before they are learnt. */
  blockRows: 32,
  blocksWaitingMax: 4,
  /** Shrinkage of correlations towards zero: the sample counts this many times less, and never less than the minimum. */
  sampleShrink: 2,
  shrinkMin: 0.002,
  /** Alarm limits of the surprise, exceeded in two rows on end, and of the evidence. */
  alarmSurprise: 4,
  alarmEvidence: 1.3,
  /** No alarm before this row. */
  alarmFromRow: 60,
  /** A metric that appears later is watched this many times before it takes part. */
  probationRows: 200,
  /** What was learnt counts as no more than this many rows when a metric joins, so that its relations are learnt soon. */
  rowsKeptOnJoin: 300,
} as const;
