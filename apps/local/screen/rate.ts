/** Turns a growing total into a rate per second over the last few seconds. */
export interface Rate {
  /** @param now milliseconds of a clock that never goes back */
  update(now: number, total: number): number;
}

export function openRate(windowMs = 5_000): Rate {
  let samples: { now: number; total: number }[] = [];
  return {
    update(now, total) {
      // The newest sample that is old enough stays as the window's beginning.
      const firstInside = samples.findIndex((sample) => sample.now > now - windowMs);
      samples = samples.slice(Math.max(0, (firstInside < 0 ? samples.length : firstInside) - 1));
      samples.push({ now, total });
      const oldest = samples[0]!;
      return now > oldest.now ? (1000 * (total - oldest.total)) / (now - oldest.now) : 0;
    },
  };
}
