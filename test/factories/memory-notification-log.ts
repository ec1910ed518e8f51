import { openNotificationLog } from '../../shared/alerting/notification-log';
import type { NotificationLog, ProviderAnswer } from '../../shared/alerting/ports';
import { createMemoryStore } from '../../shared/alerting/store/memory-store';

/** One thing that was written down about a notification. */
export interface LogEntry {
  readonly id: string;
  readonly what: 'claimed' | 'sent' | 'failed';
  readonly mayRepeat?: boolean;
  readonly answer?: ProviderAnswer;
  readonly isFinal?: boolean;
}

/** The notification log over a store in memory; and everything that was written to it. */
export function memoryNotificationLog(now: () => number) {
  const entries: LogEntry[] = [];
  let tokens = 0;
  const inner = openNotificationLog(createMemoryStore(), now, () => `token-${++tokens}`);
  const log: NotificationLog = {
    async claim(notification, leaseMs) {
      const claim = await inner.claim(notification, leaseMs);
      if (claim.outcome === 'claimed')
        entries.push({ id: notification.id, what: 'claimed', mayRepeat: claim.mayRepeat });
      return claim;
    },
    async sent(notification, token, answer) {
      await inner.sent(notification, token, answer);
      entries.push({ id: notification.id, what: 'sent', answer });
    },
    async failed(notification, token, failure) {
      await inner.failed(notification, token, failure);
      const { isFinal, disablesReceiver: _, ...answer } = failure;
      entries.push({ id: notification.id, what: 'failed', answer, isFinal });
    },
  };
  return { log, entries };
}
