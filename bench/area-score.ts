/** Areas under the precision-recall curve (average precision) and under the ROC curve; rows of equal score share a step. */
export function areas(scores: ArrayLike<number>, labels: ArrayLike<number>): { precision: number; roc: number } {
  const order = Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!);
  let positives = 0;
  for (let row = 0; row < labels.length; row++) positives += labels[row]!;
  const negatives = labels.length - positives;
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
