import { DEFAULT_SETTINGS, type SourceSettings } from '../shared/domain/settings';
import { NOTHING_OUT, type PartsOut } from './parts';
import { type SourceScores, scoreSource } from './score-source';

/**
 * A source of one metric through the product's own engine and model.
 *
 * @param timestamps epoch milliseconds
 */
export function scoreSeries(
  timestamps: ArrayLike<number>,
  values: ArrayLike<number>,
  out: PartsOut = NOTHING_OUT,
  settings: SourceSettings = DEFAULT_SETTINGS.defaults,
): SourceScores {
  return scoreSource({ metrics: ['value'], timestamps, columns: [values] }, out, settings);
}
