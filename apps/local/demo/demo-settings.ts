import { DEFAULT_SETTINGS, type Settings } from '../../../shared/domain/settings';

/** Calm intervals after which an anomaly of the demo is over. */
const RELEASE_INTERVALS = 30;

/** Intervals without a word after which a source is missed. */
const SILENCE_INTERVALS = 3;

/**
 * The settings given, but anomalies close and sources are missed as fast as the demo lives: minutes would outlast its faults
 * by far.
 */
export function demoSettings(intervalMs: number, settings: Settings = DEFAULT_SETTINGS): Settings {
  return {
    ...settings,
    defaults: {
      ...settings.defaults,
      releaseMs: RELEASE_INTERVALS * intervalMs,
      silenceIntervals: SILENCE_INTERVALS,
      silenceMinMs: SILENCE_INTERVALS * intervalMs,
    },
    fleet: { ...settings.fleet, settleMs: intervalMs },
  };
}
