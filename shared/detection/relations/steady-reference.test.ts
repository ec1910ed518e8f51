import { plantRows } from './relations.factory';
import { SteadyReference } from './steady-reference';

const NONE_MISSING = new Uint8Array(3);

/** Settles at the rows' first values, as the detector has it. */
function started(rows: readonly Float64Array[]): SteadyReference {
  const reference = new SteadyReference(3);
  rows[0]!.forEach((value, j) => {
    reference.takeIn(j, value, 0);
  });
  return reference;
}

function advance(reference: SteadyReference, rows: readonly Float64Array[], firstRow: number): void {
  rows.forEach((row, i) => {
    reference.advance(row, NONE_MISSING, firstRow + i);
  });
}

describe('the steady reference', () => {
  it('learns means, spreads and relations', () => {
    const rows = plantRows(3, 2000, 1);
    const reference = started(rows);
    advance(reference, rows, 1);
    expect(reference.mean[1]).toBeCloseTo(10, 0);
    expect(reference.values.partialCorrelation(0, 2)).toBeGreaterThan(0.5);
  });

  it('learns nothing of a fault, nor of the rows just before it was noticed', () => {
    const rows = plantRows(3, 2000, 2);
    const reference = started(rows);
    advance(reference, rows.slice(0, 1500), 1);
    const before = reference.mean[1]!;
    advance(
      reference,
      rows.slice(1500, 1700).map((row) => Float64Array.of(row[0]!, row[1]! + 6, row[2]!)),
      1501,
    );
    expect(reference.evidence.hot).toBe(true);
    expect(Math.abs(reference.mean[1]! - before)).toBeLessThan(0.05);
  });

  it('takes what lasts as the new normal, once it has lasted as long as the old', () => {
    const rows = plantRows(3, 4000, 3);
    const reference = started(rows);
    advance(reference, rows.slice(0, 600), 1);
    advance(
      reference,
      rows.slice(600).map((row) => Float64Array.of(row[0]!, row[1]! + 6, row[2]!)),
      601,
    );
    expect(reference.mean[1]).toBeGreaterThan(12.5);
    expect(reference.evidence.hot).toBe(false);
  });
});
