import { Option } from 'commander';
import { aNumberPerWeek } from './option-values';

/** What a command line says about detection. */
export interface SettingsOptions {
  readonly timeZone: string;
  readonly threshold: number;
  readonly falseAlarmsPerWeek?: number;
}

/** In place of `--threshold`. */
export function falseAlarmsOption(): Option {
  return new Option('--false-alarms-per-week <number>', 'in place of a threshold: about how many a series may give')
    .argParser(aNumberPerWeek)
    .conflicts('threshold');
}

/** The defaults of a settings document, as given on the command line. */
export function settingsGiven({ timeZone, threshold, falseAlarmsPerWeek }: SettingsOptions) {
  return { timeZone, ...(falseAlarmsPerWeek === undefined ? { threshold } : { falseAlarmsPerWeek }) };
}
