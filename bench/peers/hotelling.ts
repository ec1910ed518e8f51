/**
 * The floor: Hotelling's T² of each row against the mean and covariance of the first rows, which are taken as normal and never
 * updated. With enough ridge to be invertible.
 */
export function hotelling(rows: readonly Float64Array[], trainRows: number): Float64Array {
  const d = rows[0]!.length;
  const train = rows.slice(0, trainRows);
  const mean = new Float64Array(d);
  for (const row of train) for (let j = 0; j < d; j++) mean[j]! += row[j]! / train.length;
  const scale = new Float64Array(d);
  for (const row of train) for (let j = 0; j < d; j++) scale[j]! += (row[j]! - mean[j]!) ** 2 / train.length;
  const standard = (row: Float64Array) => row.map((x, j) => (x - mean[j]!) / Math.sqrt(scale[j]! + 1e-12));
  const covariance = Array.from({ length: d }, (_, i) =>
    Float64Array.from({ length: d }, (_, j) => (i === j ? 1e-6 : 0)),
  );
  for (const row of train.map(standard))
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) covariance[i]![j]! += (row[i]! * row[j]!) / train.length;
  const inverse = inverted(covariance);
  return Float64Array.from(rows, (row) => {
    const z = standard(row);
    let distance = 0;
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) distance += z[i]! * inverse[i]![j]! * z[j]!;
    return distance;
  });
}

/** Gauss and Jordan with pivoting. */
function inverted(matrix: readonly Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const rows = matrix.map((row, i) =>
    Float64Array.from({ length: 2 * n }, (_, j) => (j < n ? row[j]! : j - n === i ? 1 : 0)),
  );
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column; i < n; i++) if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const lead = rows[column]!;
    const factor = lead[column]!;
    for (let j = 0; j < 2 * n; j++) lead[j]! /= factor;
    for (const row of rows) {
      if (row === lead) continue;
      const share = row[column]!;
      for (let j = 0; j < 2 * n; j++) row[j]! -= share * lead[j]!;
    }
  }
  return rows.map((row) => row.slice(n));
}
