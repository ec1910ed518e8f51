import type { AnomalyEvent } from '../domain/anomaly-event';
import { NOTIFICATION_ALERTS_MAX, NotificationSchema } from '../domain/notification';
import { AlertingWorld, anomaly, MINUTE, START } from './alerting.factory';
import { alertKey, bodyOf } from './records';
import { routeEvents } from './router/route-events';
import { type Alert, alertIdOf } from './state/alert';

const SITES = 10;
const SOURCES = 1_000;
const EVENTS = 10_000;
const BATCH = 100;
/** What SNS takes of one message. */
const MESSAGE_BYTES_MAX = 256 * 1_024;

/** Ten events of each source within a minute: an episode that opens, grows stronger step by step, and closes. */
function storm(): AnomalyEvent[] {
  const perSource = EVENTS / SOURCES;
  return Array.from({ length: EVENTS }, (_, i) => {
    const source = i % SOURCES;
    const transition = Math.floor(i / SOURCES) + 1;
    const severity = transition < 4 ? 'medium' : transition < 7 ? 'high' : 'critical';
    return anomaly({
      source: `machine-${source}`,
      transition,
      severity,
      phase: transition === 1 ? 'opened' : transition === perSource ? 'closed' : 'updated',
      tags: { site: `site-${source % SITES}`, line: `line-${source % 7}` },
      timestamp: START + Math.floor((i * MINUTE) / EVENTS),
    });
  });
}

test('a storm of 10,000 events of 1,000 sources at 10 sites in a minute is a few notifications, each of all its alerts', async () => {
  const world = new AlertingWorld();
  const events = storm();
  for (let at = 0; at < events.length; at += BATCH) {
    const batch = events.slice(at, at + BATCH);
    await world.at(batch[0]!.timestamp - START);
    // The queue delivers now and then a batch twice.
    await world.events(...batch);
    if (at % 1_000 === 0) await world.events(...batch);
  }
  await world.at(60 * MINUTE);
  const { published } = world;
  const byReason = new Map<string, number>();
  for (const { reason } of published) byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  process.stdout.write(
    `storm: ${EVENTS} events of ${SOURCES} sources at ${SITES} sites in a minute: ${published.length} notifications (${[...byReason].map(([reason, count]) => `${count} ${reason}`).join(', ')})\n`,
  );
  // One that it begins, one that it is worse, one that it is over, for each site.
  expect(published.length).toBeLessThanOrEqual(3 * SITES);
  expect(byReason.get('first')).toBe(SITES);
  expect(byReason.get('resolved')).toBe(SITES);
  for (const notification of published) {
    expect(NotificationSchema.parse(notification)).toEqual(notification);
    expect(notification.alerts.length).toBeLessThanOrEqual(NOTIFICATION_ALERTS_MAX);
    expect(Buffer.byteLength(JSON.stringify(notification))).toBeLessThan(MESSAGE_BYTES_MAX);
  }
  const last = published.filter(({ reason }) => reason === 'resolved');
  expect(last.map(({ counts }) => counts.resolved)).toEqual(Array(SITES).fill(SOURCES / SITES));
});

test('a group of more alerts than it follows says so of those it has no room for', async () => {
  const world = new AlertingWorld({ route: { receivers: ['slack'] } });
  const events = Array.from({ length: 550 }, (_, i) => anomaly({ source: `machine-${i}` }));
  for (let at = 0; at < events.length; at += 110) await world.events(...events.slice(at, at + 110));
  await world.at(MINUTE);
  expect(world.told()).toEqual(['slack #1 first after 30 s: 500 firing']);
  const open = await world.store.indexed('open');
  const docs = await world.store.load(open);
  const full = docs.filter((doc) => JSON.stringify(doc?.body).includes('group-full'));
  expect(full).toHaveLength(50);
});

test('names and tags as long as they may be make no message or document that is too large', async () => {
  const receivers = Array.from({ length: 8 }, (_, i) => ({ name: `r${i}`, channel: 'slack' as const, secret: 's' }));
  const world = new AlertingWorld({ receivers, route: { receivers: receivers.map(({ name }) => name) } });
  const long = '\u{1f30a}'.repeat(128);
  const tags = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`${i}${long}`.slice(0, 256), long]));
  const contributions = Array.from({ length: 5 }, () => ({ name: long, share: 0.2, words: long.repeat(2) }));
  const events = Array.from({ length: 510 }, (_, i) =>
    anomaly({ source: `${i}${long}`.slice(0, 256), tags, contributions }),
  );
  for (let at = 0; at < events.length; at += 85) await world.events(...events.slice(at, at + 85));
  await world.at(MINUTE);
  expect(world.published).toHaveLength(8);
  for (const notification of world.published) {
    expect(Buffer.byteLength(JSON.stringify(notification))).toBeLessThan(MESSAGE_BYTES_MAX);
    expect(notification.counts.firing).toBe(500);
    expect(notification.alerts.length).toBeGreaterThan(1);
  }
});

test('two hundred episodes of one series in one call make what they make one by one', async () => {
  const events = Array.from({ length: 200 }, (_, i) =>
    anomaly({ source: 'machine-1', episodeId: `episode ${i}`, timestamp: START + i * 1_000 }),
  );
  const [together, apart] = [new AlertingWorld(), new AlertingWorld()];
  const counts = await routeEvents(together.services, events);
  expect(counts).toEqual({ absorbed: 200, known: 0, began: 200, groups: 1 });
  for (const event of events) await apart.events(event);
  const flapping = async ({ store }: AlertingWorld) => {
    const docs = await store.load(events.map(({ episodeId }) => alertKey(alertIdOf(episodeId))));
    return docs.map((doc) => bodyOf<Alert>(doc)!.flapping);
  };
  expect(await flapping(together)).toEqual(await flapping(apart));
  expect((await flapping(together)).slice(-2)).toEqual(['again', 'again']);
  const again = await routeEvents(together.services, events);
  expect(again).toEqual({ absorbed: 0, known: 200, began: 0, groups: 0 });
});
