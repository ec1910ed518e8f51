import { DEFAULT_SETTINGS, type Settings } from '../../../shared/domain/settings';

/** Calm intervals after which an anomaly of the demo is over. */
const RELEASE_INTERVALS = 30;

/** The settings given, but anomalies close as fast as the demo lives: ten minutes of calm would outlast its faults by far. */
export function demoSettings(intervalMs: number, settings: Settings = DEFAULT_SETTINGS): Settings {
  return { ...settings, defaults: { ...settings.defaults, releaseMs: RELEASE_INTERVALS * intervalMs } };
}
