/**
 * Surprises of one idea form a family. Inside a family they are averaged, since they say much the same; between families
 * squares are added. The three numbers are also what a person is shown.
 */
export function valueFamily(novelty: number, breach: number): number {
  return (novelty + breach) / 2;
}

export function seasonFamily(hourScaled: number, hour: number, hourSustained: number, weekSustained: number): number {
  return (hourScaled + hour + hourSustained + weekSustained) / 4;
}

export function variabilityFamily(rise: number, novelty12: number, novelty64: number): number {
  return (rise + novelty12 + novelty64) / 3;
}
