import { type Command, Option } from 'commander';
import { aFraction, aNumberPerWeek, aTimeZone } from './option-values';

/** What a command line says about detection. */
export interface SettingsOptions {
  readonly timeZone: string;
  readonly threshold: number;
  readonly falseAlarmsPerWeek?: number;
}

/** Adds what a command line may say about detection. @param judged what is an anomaly or none, for the help text */
export function addSettingsOptions(command: Command, judged: 'point' | 'row'): Command {
  return command
    .option('--time-zone <zone>', 'zone of times without one, and of hours of day and week', aTimeZone, 'UTC')
    .option('--threshold <number>', `alarm_score from which a ${judged} is an anomaly`, aFraction, 0.5)
    .addOption(
      new Option('--false-alarms-per-week <number>', 'in place of a threshold: about how many a series may give')
        .argParser(aNumberPerWeek)
        .conflicts('threshold'),
    )
    .option('--prior <file>', 'what new series borrow from like ones, as tidewatch prior writes it');
}

/** The defaults of a settings document, as given on the command line. */
export function settingsGiven({ timeZone, threshold, falseAlarmsPerWeek }: SettingsOptions) {
  return { timeZone, ...(falseAlarmsPerWeek === undefined ? { threshold } : { falseAlarmsPerWeek }) };
}
