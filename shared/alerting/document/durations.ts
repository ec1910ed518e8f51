import { z } from 'zod';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const YEAR_MS = 366 * UNIT_MS.d;

/** `90s`, `5m`, `1h30m`, `7d` to milliseconds; undefined if it is none, or longer than a year. */
export function readDuration(text: string): number | undefined {
  if (!/^(\d{1,7}[smhd])+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhd])/g)) ms += Number(count) * UNIT_MS[unit as 's'];
  return ms <= YEAR_MS ? ms : undefined;
}

/** Milliseconds to the largest two units: `1h 30m`. */
export function durationWords(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1_000) * 1_000);
  if (rest === 0) return '0s';
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    rest -= count * UNIT_MS[unit];
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** A duration in a document; milliseconds once read. */
export const DurationSchema = z
  .string({ error: 'must be a duration, written like 30s, 5m, 1h30m or 7d' })
  .transform((text, context) => {
    const ms = readDuration(text);
    if (ms !== undefined) return ms;
    context.addIssue({ code: 'custom', message: `"${text}" is no duration; write it like 30s, 5m, 1h30m or 7d` });
    return z.NEVER;
  });

/** A moment in a document: `2027-01-01` (its beginning, UTC) or with a time and a zone; epoch milliseconds once read. */
export const MomentSchema = z
  .string({ error: 'must be a moment, written like 2027-01-01' })
  .transform((text, context) => {
    const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
    const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text);
    const ms = isDay || isInstant ? Date.parse(text) : Number.NaN;
    if (Number.isFinite(ms)) return ms;
    context.addIssue({
      code: 'custom',
      message: `"${text}" is no moment; write it like 2027-01-01 or 2027-01-01T08:00:00Z, the zone included`,
    });
    return z.NEVER;
  });
