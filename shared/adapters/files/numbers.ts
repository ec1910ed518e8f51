const MISSING = new Set(['', 'nan', 'null', 'none', 'na', 'n/a', 'nil']);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Does the cell say that nothing was measured? */
export function isMissing(cell: string): boolean {
  return cell === '' || (cell.length < 12 && MISSING.has(cell.trim().toLowerCase()));
}

/** A cell as a finite number; NaN when it is not one. With `decimalComma`, 1,5 is one and a half. */
export function cellNumber(cell: string, decimalComma: boolean): number {
  const first = cell.charCodeAt(0);
  // By far the most cells: plain digits need no pattern. Hexadecimal and its kin begin with a zero.
  if (!decimalComma && first >= 49 && first <= 57) {
    const value = Number(cell);
    return Number.isFinite(value) ? value : Number.NaN;
  }
  const text = decimalComma ? cell.trim().replace(',', '.') : cell.trim();
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
