import type { ProviderAnswer } from './ports';
import { ALL_SENT, ALL_TURNS, alertKey, bodyOf, groupKey, type SentEntry, type Turn } from './records';
import type { Alert } from './state/alert';
import type { Group } from './state/group';
import type { AlertStore } from './store-port';
import type { TraceEntry } from './trace';

/** One line of an alert's story. */
export interface Explained {
  readonly at: number;
  /** The alert itself, a turn of a group, or the log of what was sent. */
  readonly part: 'alert' | 'group' | 'sent';
  readonly code: TraceEntry['code'] | SentEntry['state'] | 'attempt';
  readonly words: string;
}

export interface Explanation {
  readonly alert: Alert;
  readonly groups: readonly Group[];
  /** In order of time. */
  readonly story: readonly Explained[];
}

const LISTED_MAX = 2_000;

/** Everything that was decided about an alert and why, from what is stored; undefined if there is none of that id. */
export async function explainAlert(store: AlertStore, alertId: string): Promise<Explanation | undefined> {
  const [doc] = await store.load([alertKey(alertId)]);
  const alert = bodyOf<Alert>(doc);
  if (alert === undefined) return undefined;
  const groupDocs = await store.load(alert.groups.map(groupKey));
  const parts = await Promise.all(alert.groups.map((key) => storyOfGroup(store, key, alert)));
  const own = alert.trace.map(({ at, code, words }): Explained => ({ at, part: 'alert', code, words }));
  return {
    alert,
    groups: groupDocs.flatMap((one) => bodyOf<Group>(one) ?? []),
    story: [...own, ...parts.flat()].sort((a, b) => a.at - b.at),
  };
}

async function storyOfGroup(store: AlertStore, key: string, alert: Alert): Promise<Explained[]> {
  const { partition } = groupKey(key);
  const [turns, sent] = await Promise.all([
    store.list(partition, { prefix: ALL_TURNS, limit: LISTED_MAX, lastFirst: true }),
    store.list(partition, { prefix: ALL_SENT, limit: LISTED_MAX, lastFirst: true }),
  ]);
  const from = alert.firedAt ?? 0;
  const until = lastTouched(
    alert,
    sent.map((doc) => bodyOf<SentEntry>(doc)!),
  );
  return [
    ...turns.flatMap((doc) => {
      const { at, entries } = bodyOf<Turn>(doc)!;
      if (at < from || at > until) return [];
      return entries
        .filter(({ alerts }) => alerts === undefined || alerts.includes(alert.id))
        .map(({ code, words }): Explained => ({ at, part: 'group', code, words }));
    }),
    ...sent.flatMap((doc) => sentWords(bodyOf<SentEntry>(doc)!, alert.id)),
  ];
}

function failedWords(answer: ProviderAnswer | undefined): string {
  return answer?.mayHaveArrived === true ? 'failed, but may have arrived' : 'failed';
}

/** Turns of the group after the alert was over, and its end told, are not about it. */
function lastTouched({ status, trace }: Alert, sent: readonly SentEntry[]): number {
  if (status !== 'resolved') return Number.POSITIVE_INFINITY;
  const over = trace.findLast(({ code }) => code === 'resolved')?.at ?? Number.POSITIVE_INFINITY;
  const toldOver = sent.map(({ notification }) => notification.decidedAt).filter((at) => at >= over);
  return toldOver.length === 0 ? over + 3_600_000 : Math.min(...toldOver);
}

function sentWords({ notification, alertIds, state, attempts }: SentEntry, alertId: string): Explained[] {
  if (!alertIds.includes(alertId)) return [];
  const what = `notification ${notification.transition} (${notification.reason}) to ${notification.receiver.name}`;
  const tried = attempts.map(({ claimedAt, endedAt, outcome, answer, mayRepeat }, i): Explained => {
    const repeated = mayRepeat ? ', perhaps for the second time: an earlier try may have arrived' : '';
    if (answer?.isLeftOut === true)
      return { at: endedAt ?? claimedAt, part: 'sent', code: 'attempt', words: `${what}: left out, ${answer.words}` };
    const how = outcome === undefined ? 'has not said how it ended' : outcome === 'sent' ? 'sent' : failedWords(answer);
    const said =
      answer === undefined
        ? ''
        : `; the provider answered: ${answer.status === undefined ? '' : `${answer.status} `}${answer.words}`;
    return {
      at: endedAt ?? claimedAt,
      part: 'sent',
      code: 'attempt',
      words: `${what}: try ${i + 1} ${how}${repeated}${said}`,
    };
  });
  const last = attempts.at(-1);
  const isOpen = state === 'decided' || state === 'claimed';
  const closing: Explained[] =
    state === 'superseded' || state === 'given-up'
      ? [
          {
            at: last?.endedAt ?? notification.decidedAt,
            part: 'sent',
            code: state,
            words: `${what}: ${state === 'superseded' ? 'dropped, a later one was sent' : 'given up, its receiver is disabled'}`,
          },
        ]
      : isOpen && attempts.length === 0
        ? [{ at: notification.decidedAt, part: 'sent', code: state, words: `${what}: waits to be sent` }]
        : [];
  return [...tried, ...closing];
}
