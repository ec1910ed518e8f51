import { FAMILIES, type Family, familySquares } from '../../shared/detection/built-in-model';
import type { FeatureVector } from '../../shared/detection/model';
import type { Contribution } from '../../shared/domain/anomaly-event';

/** What can be said long after the point came: the numbers that it was compared with are not kept. */
const WORDS: Readonly<Record<Family, string>> = {
  value: 'the value is far from those before',
  season: 'off its usual level',
  variability: 'changes from value to value in an unusual way',
  shape: 'the course of the last values is unlike any before',
  sustained: 'has been unusual for a while',
  relation: 'no longer follows the other metrics as it used to',
  frozen: 'repeats one value for longer than ever',
};
const SHARE_MIN = 0.05;

/** Shares of the families in a vector's alarm, largest first, with words for each. */
export function reasonsOf(features: FeatureVector): Contribution[] {
  const squares = familySquares(features);
  const all = squares.reduce((sum, square) => sum + square, 0);
  return FAMILIES.map((name, index) => ({ name, share: all > 0 ? squares[index]! / all : 0, words: WORDS[name] }))
    .filter(({ share }) => share >= SHARE_MIN)
    .sort((a, b) => b.share - a.share);
}
