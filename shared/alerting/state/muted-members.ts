import { durationWords } from '../document/durations';
import type { TurnEntry } from '../records';
import { type Alert, subjectOfAlert } from './alert';
import type { Group } from './group';
import type { Mute, Muting, Silence } from './mute';

/** A silence that ends within this time, and mutes an alert, says so. */
const NOTICE_MS = 15 * 60_000;

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

/** Silences that are about to end while they mute an alert of the group, and of which nobody was told yet. */
export function endingSilences(
  { group, silences, now }: { readonly group: Group; readonly silences: readonly Silence[]; readonly now: number },
  mutes: ReadonlyMap<string, Mute>,
): Notice[] {
  return silences.flatMap(({ id, endsAt, by }) => {
    const count = [...mutes.values()].filter((mute) => mute.by === 'silence' && mute.id === id).length;
    if (count === 0 || group.noticed.includes(id) || endsAt - now > NOTICE_MS) return [];
    const what = count === 1 ? 'an alert' : `${count} alerts`;
    return [
      {
        silence: id,
        words: `silence ${id} by ${by} ends in ${durationWords(endsAt - now)} while it still mutes ${what}`,
      },
    ];
  });
}
