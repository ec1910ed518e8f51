import type { Claimed, NotificationLog, ProviderAnswer } from '../../shared/alerting/ports';
import type { Notification } from '../../shared/domain/notification';

/** One thing that was written down about a notification. */
export interface LogEntry {
  readonly id: string;
  readonly what: 'claimed' | 'sent' | 'failed';
  readonly mayRepeat?: boolean;
  readonly answer?: ProviderAnswer;
  readonly isFinal?: boolean;
}

interface State {
  token: string | undefined;
  until: number;
  attempt: number;
  end: 'sent' | 'given-up' | undefined;
}

/** The notification log in memory, as its port describes it; and everything that was written to it. */
export function memoryNotificationLog(now: () => number) {
  const states = new Map<string, State>();
  const lastSent = new Map<string, { transition: number; reference?: string }>();
  const disabled = new Set<string>();
  const entries: LogEntry[] = [];
  const chainOf = ({ groupKey, receiver }: Notification) => JSON.stringify([groupKey, receiver.name]);
  const held = ({ id }: Notification, token: string): State => {
    const state = states.get(id);
    if (state?.token !== token) throw new Error('the lease is lost');
    state.token = undefined;
    return state;
  };
  const log: NotificationLog = {
    async claim(notification, leaseMs) {
      const { id, transition, receiver } = notification;
      const state = states.get(id) ?? { token: undefined, until: 0, attempt: 0, end: undefined };
      states.set(id, state);
      if (state.end === 'sent') return { outcome: 'sent' };
      if (state.end === 'given-up') return { outcome: 'given-up', because: 'refused' };
      if (disabled.has(receiver.name)) return { outcome: 'given-up', because: 'its receiver is disabled' };
      if (state.token !== undefined && now() < state.until) return { outcome: 'held', until: state.until };
      const previous = lastSent.get(chainOf(notification));
      if (previous !== undefined && previous.transition > transition)
        return { outcome: 'superseded', by: previous.transition };
      const mayRepeat = state.token !== undefined;
      Object.assign(state, { token: `${id}-${++state.attempt}`, until: now() + leaseMs });
      entries.push({ id, what: 'claimed', mayRepeat });
      const claimed: Claimed = { outcome: 'claimed', token: state.token!, attempt: state.attempt, mayRepeat };
      return previous === undefined ? claimed : { ...claimed, previous };
    },
    async sent(notification, token, answer) {
      held(notification, token).end = 'sent';
      const { reference } = answer;
      const { transition } = notification;
      lastSent.set(chainOf(notification), reference === undefined ? { transition } : { transition, reference });
      entries.push({ id: notification.id, what: 'sent', answer });
    },
    async failed(notification, token, { isFinal, disablesReceiver, ...answer }) {
      const state = held(notification, token);
      if (isFinal) state.end = 'given-up';
      if (disablesReceiver) disabled.add(notification.receiver.name);
      entries.push({ id: notification.id, what: 'failed', answer, isFinal });
    },
  };
  return { log, entries };
}
