/** Areas under two curves of one ranking. */
export interface Areas {
  /** Under precision over recall (average precision). A ranking by chance has the share of labelled rows. */
  readonly precision: number;
  /** Under the ROC curve: the chance that a labelled row stands above an unlabelled one. By chance 0.5. */
  readonly roc: number;
}

/**
 * Rows of equal score share a step, so that their order does not matter; NaN if there are no labelled or only labelled rows.
 * O(n log n).
 *
 * @param labels 1 where something is wrong
 * @param from rows before are not judged
 */
export function areas(scores: ArrayLike<number>, labels: ArrayLike<number>, from = 0): Areas {
  const order = Array.from({ length: scores.length - from }, (_, k) => from + k).sort(
    (a, b) => scores[b]! - scores[a]!,
  );
  let positives = 0;
  for (const row of order) positives += labels[row]!;
  const negatives = order.length - positives;
  let hits = 0;
  let misses = 0;
  let precision = 0;
  let roc = 0;
  for (let k = 0; k < order.length; ) {
    const score = scores[order[k]!]!;
    let newHits = 0;
    let newMisses = 0;
    for (; k < order.length && scores[order[k]!] === score; k++) {
      if (labels[order[k]!]) newHits++;
      else newMisses++;
    }
    roc += newMisses * (hits + newHits / 2);
    hits += newHits;
    misses += newMisses;
    precision += newHits * (hits / (hits + misses));
  }
  return { precision: precision / positives, roc: roc / (positives * negatives) };
}
