import { SAMPLE_ANOMALY_EVENT } from '../domain/anomaly-event';
import { SAMPLE_NOTIFICATION } from '../domain/notification';
import { eventThread, notificationThread } from './thread';

test('a notification leads back to the events of its episodes', () => {
  const { episodes, ...thread } = notificationThread(SAMPLE_NOTIFICATION);
  expect(episodes).toContain(eventThread(SAMPLE_ANOMALY_EVENT).episodeId);
  expect(thread).toEqual({
    notificationId: SAMPLE_NOTIFICATION.id,
    alertId: SAMPLE_NOTIFICATION.alertId,
    transition: SAMPLE_NOTIFICATION.transition,
    reason: SAMPLE_NOTIFICATION.reason,
  });
});

test('a thread holds ids and no data', () => {
  const text = JSON.stringify([eventThread(SAMPLE_ANOMALY_EVENT), notificationThread(SAMPLE_NOTIFICATION)]);
  for (const data of [SAMPLE_ANOMALY_EVENT.source, String(SAMPLE_ANOMALY_EVENT.value)])
    expect(text).not.toContain(data);
});
