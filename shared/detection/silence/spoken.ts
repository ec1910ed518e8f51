const UNITS = [
  [86_400_000, 'days'],
  [3_600_000, 'hours'],
  [60_000, 'minutes'],
  [1_000, 's'],
] as const;

/** A length of time as people say it: 90 s, 12 minutes, 3.5 hours. */
export function spoken(ms: number): string {
  const [size, unit] = UNITS.find(([least]) => ms >= 2 * least) ?? [1_000, 's'];
  const amount = ms / size;
  return `${amount < 10 ? Math.round(10 * amount) / 10 : Math.round(amount)} ${unit}`;
}
