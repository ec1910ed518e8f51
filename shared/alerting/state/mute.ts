import type { Alerting, ReadInhibition } from '../document/compile';
import { type AlertMatch, type Condition, firstMiss, readMatch, type Subject } from '../document/match';
import { labelOf } from '../document/routes';
import { endOfWindow, isWithin } from '../document/windows';

/** People mute alerts that fit, for a time, and say why. */
export interface Silence {
  readonly id: string;
  readonly match: AlertMatch;
  /** Epoch milliseconds; it mutes from the first to before the second. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly by: string;
  readonly reason: string;
  readonly createdAt: number;
}

/** Why an alert is told to nobody for now. */
export interface Mute {
  readonly by: 'silence' | 'maintenance' | 'inhibition';
  /** Of the silence; name of the window or the inhibition. */
  readonly id: string;
  /** When it ends, if that is known. */
  readonly until?: number;
  /** `silence s-1 by anna until … (reason)` */
  readonly words: string;
}

/** Everything that mutes at a moment, ready to be asked alert by alert. */
export interface Muting {
  muteOf(subject: Subject): Mute | undefined;
}

/**
 * @param silences those that have not ended
 * @param open alerts that are not over: which of them mute others is found here
 */
export function mutingAt(
  alerting: Alerting,
  silences: readonly Silence[],
  open: readonly Subject[],
  now: number,
): Muting {
  const current = silences
    .filter((silence) => isMuting(silence, now))
    .map((silence) => ({ silence, match: readMatch(silence.match) }));
  const windows = alerting.maintenance.flatMap(({ maintenance, match, windows }) => {
    const window = windows.find((one) => isWithin(one, now));
    if (window === undefined || now >= (maintenance.expires ?? Number.POSITIVE_INFINITY)) return [];
    return [{ maintenance, match, until: endOfWindow(window, now) }];
  });
  const inhibitions = alerting.inhibitions
    .filter(({ inhibition: { expires = Number.POSITIVE_INFINITY } }) => now < expires)
    .map((read) => ({ read, sources: open.filter((subject) => fits(read.source, subject)) }))
    .filter(({ sources }) => sources.length > 0);
  return {
    muteOf(subject) {
      for (const { silence, match } of current) if (fits(match, subject)) return bySilence(silence);
      for (const { maintenance, match, until } of windows) {
        if (!fits(match, subject)) continue;
        const { name, by, reason } = maintenance;
        const ends = until === undefined ? {} : { until };
        return {
          by: 'maintenance',
          id: name,
          ...ends,
          words: `maintenance window ${name} by ${by}${untilWords(until)} (${reason})`,
        };
      }
      for (const { read, sources } of inhibitions) {
        const source = sources.find((one) => inhibits(read, one, subject));
        if (source === undefined) continue;
        const { name, by, reason } = read.inhibition;
        const what = `${source.source}${source.metric === undefined ? '' : ` ${source.metric}`}`;
        return {
          by: 'inhibition',
          id: name,
          words: `inhibition ${name} by ${by}: the alert of ${what} is not over (${reason})`,
        };
      }
      return undefined;
    },
  };
}

export function isMuting({ startsAt, endsAt }: Silence, now: number): boolean {
  return now >= startsAt && now < endsAt;
}

/** Is the alert one that may mute others? Its place in the index follows from this. */
export function mayInhibit({ inhibitions }: Alerting, subject: Subject): boolean {
  return inhibitions.some(({ source }) => fits(source, subject));
}

function bySilence({ id, by, reason, endsAt }: Silence): Mute {
  return { by: 'silence', id, until: endsAt, words: `silence ${id} by ${by}${untilWords(endsAt)} (${reason})` };
}

/** An alert never mutes itself, nor one that could mute it by the same inhibition. */
function inhibits({ inhibition, source, target }: ReadInhibition, by: Subject, subject: Subject): boolean {
  if (by.alertId === subject.alertId || fits(source, subject) || !fits(target, subject)) return false;
  return inhibition.equal.every((label) => labelOf(by, label) === labelOf(subject, label));
}

function fits(conditions: readonly Condition[], subject: Subject): boolean {
  return firstMiss(conditions, subject) === undefined;
}

function untilWords(until: number | undefined): string {
  return until === undefined ? '' : ` until ${new Date(until).toISOString()}`;
}
