import type { AlertStore, Doc, Put } from '../../alerting/store-port';
import type { DeliveryDelay } from '../../runtime/sqs';

/** A message that was received: nobody else gets it before its visibility ends. */
export interface ReceivedMessage {
  readonly id: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receives: number;
}

/** A durable queue with the rules of SQS: at least once, in no order, visible again unless it is removed. */
export interface StoreQueue extends DeliveryDelay {
  readonly name: string;
  /** The same id again, while it is in the queue, is the same message. */
  send(id: string, body: string): Promise<void>;
  receive(limit: number, visibilityMs: number): Promise<readonly ReceivedMessage[]>;
  remove(id: string): Promise<void>;
  /** Out of the queue and into its list of dead letters, where it stays. */
  bury(id: string): Promise<void>;
  depth(): Promise<number>;
}

interface Message {
  readonly body: string;
  readonly receives: number;
}

/** A queue among the documents of an alert store, so that a turn's state and its messages lie in one durable file. */
export function openStoreQueue(store: AlertStore, name: string, now: () => number): StoreQueue {
  const partition = `queue#${name}`;
  const list = `queue#${name}`;
  const key = (id: string) => ({ partition, sort: id });
  const listed = (at: number) => ({ index: { name: list, at } });
  const again = (doc: Doc, over: Partial<Put>): Put => ({
    ...key(doc.sort),
    expected: doc.revision,
    body: doc.body,
    ...over,
  });
  /** Lost to another: it has done something with the message, and that stands. */
  const change = async (id: string, over: Partial<Put>) => {
    const [doc] = await store.load([key(id)]);
    if (doc !== undefined) await store.commit([again(doc, over)]);
  };
  return {
    name,
    async send(id, body) {
      const message: Message = { body, receives: 0 };
      if (await store.commit([{ ...key(id), expected: undefined, body: message, ...listed(now()) }])) return;
      // It was there and may have been removed, not yet swept: then it is sent anew.
      const [doc] = await store.load([key(id)]);
      if (doc !== undefined && (doc.body as Message).receives === REMOVED)
        await store.commit([again(doc, { body: message, ...listed(now()) })]);
    },
    async receive(limit, visibilityMs) {
      const at = now();
      const docs = await store.load(await store.indexed(list, { until: at, limit }));
      const received: ReceivedMessage[] = [];
      for (const doc of docs) {
        if (doc === undefined) continue;
        const { body, receives } = doc.body as Message;
        const taken: Message = { body, receives: receives + 1 };
        if (await store.commit([again(doc, { body: taken, ...listed(at + visibilityMs) })]))
          received.push({ id: doc.sort, body, receives: taken.receives });
      }
      return received;
    },
    remove: (id) => change(id, { body: { body: '', receives: REMOVED } satisfies Message, expiresAt: 1 }),
    bury: (id) => change(id, { index: { name: `${list}#dead`, at: now() } }),
    delay: (receipt, afterMs) => change(receipt, listed(now() + afterMs)),
    depth: async () => (await store.indexed(list)).length,
  };
}

const REMOVED = -1;
