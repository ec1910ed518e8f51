import { durationWords } from '../document/durations';
import type { TurnEntry } from '../records';
import { type Alert, subjectOfAlert } from './alert';
import type { Group } from './group';
import type { Mute, Muting, Silence } from './mute';

/** A silence that mutes an alert says that it ends so long before it does: a fifth of its time, and this at most. */
const NOTICE_MS_MAX = 15 * 60_000;
const NOTICE_SHARE = 0.2;

/** Of a silence whose end is near. */
export interface Notice {
  readonly silence: string;
  readonly words: string;
}

/** Alerts of a group that are muted now, and by what. */
export function mutesOf(
  { members }: Group,
  alerts: ReadonlyMap<string, Alert>,
  muting: Muting,
): ReadonlyMap<string, Mute> {
  const mutes = new Map<string, Mute>();
  for (const [id, { status }] of Object.entries(members)) {
    const alert = alerts.get(id);
    const mute = alert === undefined || status === 'resolved' ? undefined : muting.muteOf(subjectOfAlert(alert));
    if (mute !== undefined) mutes.set(id, mute);
  }
  return mutes;
}

export function mutedEntries(mutes: ReadonlyMap<string, Mute>): TurnEntry[] {
  const byWords = new Map<string, string[]>();
  for (const [id, { words }] of mutes) byWords.set(words, [...(byWords.get(words) ?? []), id]);
  return [...byWords].map(([words, alerts]) => ({ code: 'muted', words: `muted by ${words}`, alerts }));
}

/**
 * Silences that are about to end while they mute an alert of the group, and of which nobody was told yet. A snooze is of one
 * alert, which will be heard of again, and ends without a word.
 */
export function endingSilences(
  { group, silences, now }: { readonly group: Group; readonly silences: readonly Silence[]; readonly now: number },
  mutes: ReadonlyMap<string, Mute>,
): Notice[] {
  return silences.flatMap((silence) => {
    const { id, endsAt, by, match } = silence;
    const count = [...mutes.values()].filter((mute) => mute.by === 'silence' && mute.id === id).length;
    if (count === 0 || match.alert !== undefined || group.noticed.includes(id) || now < noticeAt(silence)) return [];
    const what = count === 1 ? 'an alert' : `${count} alerts`;
    return [
      {
        silence: id,
        words: `silence ${id} by ${by} ends in ${durationWords(endsAt - now)} while it still mutes ${what}`,
      },
    ];
  });
}

/** When something about the mutes of a group changes by itself: a notice is due, or one of them ends. */
export function muteChanges(
  silences: readonly Silence[],
  mutes: ReadonlyMap<string, Mute>,
  now: number,
): readonly number[] {
  const ids = new Set([...mutes.values()].map(({ id }) => id));
  const notices = silences.filter(({ id, match }) => ids.has(id) && match.alert === undefined).map(noticeAt);
  const ends = [...mutes.values()].flatMap(({ until }) => until ?? []);
  return [...notices, ...ends].filter((at) => at > now);
}

function noticeAt({ startsAt, endsAt }: Silence): number {
  return Math.floor(endsAt - Math.min(NOTICE_MS_MAX, NOTICE_SHARE * (endsAt - startsAt)));
}
