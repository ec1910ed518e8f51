import { type Settings, SettingsSchema } from '../../../shared/domain/settings';

/** Calm intervals after which an anomaly of the demo is over. */
const RELEASE_INTERVALS = 30;

/** The defaults, but anomalies close as fast as the demo lives: ten minutes of calm would outlast its faults by far. */
export function demoSettings(intervalMs: number): Settings {
  return SettingsSchema.parse({ version: 1, defaults: { releaseMs: RELEASE_INTERVALS * intervalMs } });
}
