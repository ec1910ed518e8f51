/** A whole number with thin grouping, as 1,234,567. */
export function wholeNumber(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/**
 * A measured value, with as many digits as matter beside a band of this width (two of its digits), else four significant ones.
 * Very large and very small magnitudes use the exponent form.
 */
export function measuredNumber(value: number, bandWidth?: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e9 || magnitude < 1e-4)) return value.toExponential(3);
  const digit = bandWidth !== undefined && bandWidth > 0 ? bandWidth : magnitude / 100;
  const decimals = digit === 0 ? 0 : Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(digit))));
  const [whole, fraction] = magnitude.toFixed(decimals).split('.');
  const sign = value < 0 && Number(`${whole}.${fraction ?? 0}`) !== 0 ? '-' : '';
  return `${sign}${wholeNumber(Number(whole))}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** 850 ms, 4.2 s, 3 min 20 s, 2 h 5 min, 3 d 4 h. */
export function duration(ms: number): string {
  if (ms < 0) return `-${duration(-ms)}`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  return minutes < 1440 ? pair(minutes, 60, 'h', 'min') : pair(Math.round(minutes / 60), 24, 'd', 'h');
}

/** Wall clock of an instant in UTC, as 13:04:55; with the date when asked. */
export function clock(timestamp: number, withDate = false): string {
  const iso = new Date(timestamp).toISOString();
  return withDate ? iso.slice(0, 19).replace('T', ' ') : iso.slice(11, 19);
}

function pair(count: number, per: number, large: string, small: string): string {
  const rest = count % per;
  return `${Math.floor(count / per)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}
