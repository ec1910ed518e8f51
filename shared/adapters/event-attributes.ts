import type { Notification } from '../domain/notification';

/** Fields of an anomaly event that it is published with as attributes, by which subscribers filter. */
export const FILTER_ATTRIBUTES = ['kind', 'severity', 'source', 'phase'] as const;
export type FilterAttribute = (typeof FILTER_ATTRIBUTES)[number];

/** What a notification is published with. */
export function notificationAttributes({ receiver, reason, severity }: Notification): Readonly<Record<string, string>> {
  return { channel: receiver.channel, receiver: receiver.name, reason, severity };
}
