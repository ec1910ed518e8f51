import type { RefusedRow } from '../detection/ports';
import type { AnomalyEvent } from '../domain/anomaly-event';
import type { PointRow } from '../domain/rows';

/**
 * Rows in a store's own form. Those that it cannot keep whatever the server says (their form throws a RangeError) are left out
 * and named. `kept[i]` is the row of `forms[i]`.
 */
export function storableRows<Row extends PointRow | AnomalyEvent, Form>(
  rows: readonly Row[],
  formOf: (row: Row) => Form,
): { readonly forms: Form[]; readonly kept: Row[]; readonly refused: RefusedRow[] } {
  const forms: Form[] = [];
  const kept: Row[] = [];
  const refused: RefusedRow[] = [];
  for (const row of rows) {
    try {
      forms.push(formOf(row));
      kept.push(row);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refused.push({ row, reason: error.message });
    }
  }
  return { forms, kept, refused };
}
