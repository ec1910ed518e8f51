import { ChartNotShown } from '../../shared/alerting/channel-ports';
import { alertName, headline } from '../../shared/alerting/words/notification-words';
import { cutTo } from '../../shared/alerting/words/one-line';
import type { Notification } from '../../shared/domain/notification';
import type { Bot, Root } from './bot';
import { countdown, type SlackClient } from './slack-client';

/** For drawing and for putting the picture up. */
const CHART_MS = 8_000;

/**
 * Puts a chart of the alert into the thread of its message: asks for an address, uploads to it, shares the file.
 *
 * @throws {ChartNotShown} saying at which step
 * @see https://docs.slack.dev/messaging/working-with-files#upload
 */
export async function addChart(
  { api, call, charts, now }: SlackClient,
  { token }: Bot,
  { channel, ts }: Root,
  notification: Notification,
): Promise<void> {
  const left = countdown(CHART_MS, now);
  const [alert] = notification.alerts;
  const png = await charts.draw(alert!, left());
  if (png === undefined) return;
  const place = await api(
    'files.getUploadURLExternal',
    token,
    { filename: 'chart.png', length: png.length, alt_txt: cutTo(headline(notification), 1_000) },
    left(),
  );
  if (!place.ok) throw new ChartNotShown(place.error);
  const { upload_url: url, file_id: id } = place.fields;
  if (typeof url !== 'string' || typeof id !== 'string') throw new ChartNotShown('no address for the file');
  const headers = { 'content-type': 'application/octet-stream' };
  const { status } = await call({ url, method: 'POST', headers, body: png, timeoutMs: left() });
  if (status !== 200) throw new ChartNotShown(`the upload was answered ${status}`);
  const files = [{ id, title: cutTo(alertName(alert!), 200) }];
  const shared = await api(
    'files.completeUploadExternal',
    token,
    { files, channel_id: channel, thread_ts: ts },
    left(),
  );
  if (!shared.ok) throw new ChartNotShown(shared.error);
}
