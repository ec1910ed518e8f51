import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { checkPuts } from '../../alerting/store/check-puts';
import type { AlertStore, Doc, Key, Put } from '../../alerting/store-port';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { Again, withRetries } from '../with-retries';
import { ATTRIBUTE, docOfItem, keyItem, LIST_INDEX, putRequest } from './table';

export interface DynamoDbAlertStoreOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly table: string;
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { timeoutMs: 8_000, attemptTimeoutMs: 2_000, concurrency: 32 };
/** Before a comparison that was lost is tried again; doubled with each loss. */
const PAUSE_MS = 20;
const PAUSE_MS_MAX = 800;
/** What one BatchGetItem takes. */
const GET_KEYS_MAX = 100;

/** DynamoDB's own names of what a later call does not meet. */
const MAY_PASS = /^(TransactionConflict|TransactionInProgress|ProvisionedThroughputExceeded)Exception$/;

type Item = Record<string, AttributeValue>;

/**
 * State of alerts in one DynamoDB table. A commit of one document is a conditional put, of several a transaction; reads of
 * documents are consistent, lists are of an index and follow a moment later. What has expired is removed by the table.
 *
 * Methods reject with a TransientFault when there is no answer in time, with AwsRefusal when the service will never do it.
 */
export function createDynamoDbAlertStore(options: DynamoDbAlertStoreOptions): AlertStore {
  const settings = { ...DEFAULTS, ...options };
  const { table } = settings;
  const client = new DynamoDBClient(awsClientConfig(settings));
  const what = `table ${table}`;

  const calling = <Result>(call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'alert store' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        if (error instanceof Again || error instanceof ConditionalCheckFailedException) throw error;
        if (error instanceof TransactionCanceledException) throw cancelled(error, what);
        if (MAY_PASS.test((error as Error).name)) throw new Again(`${what} answered ${(error as Error).name}`);
        throw awsFault(error, what, timeoutMs);
      }),
    );

  const page = (query: Omit<QueryCommandInput, 'TableName'>) =>
    calling((abortSignal) => client.send(new QueryCommand({ TableName: table, ...query }), { abortSignal }));

  /** All items of a query, or as many as wanted. */
  const queried = async (query: Omit<QueryCommandInput, 'TableName'>, limit: number): Promise<Item[]> => {
    const items: Item[] = [];
    let from: Item | undefined;
    do {
      const left = limit - items.length;
      const answer = await page({
        ...query,
        ...(from && { ExclusiveStartKey: from }),
        ...(Number.isFinite(left) && { Limit: left }),
      });
      items.push(...(answer.Items ?? []));
      from = answer.LastEvaluatedKey;
    } while (from !== undefined && items.length < limit);
    return items.slice(0, limit);
  };

  const getSome = async (keys: readonly Key[]): Promise<Item[]> => {
    const found: Item[] = [];
    let left = keys.map(({ partition, sort }) => keyItem(partition, sort));
    while (left.length > 0) {
      const request = { RequestItems: { [table]: { Keys: left, ConsistentRead: true } } };
      left = await calling(async (abortSignal) => {
        const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand(request), { abortSignal });
        const items = Responses?.[table] ?? [];
        const rest = UnprocessedKeys?.[table]?.Keys ?? [];
        if (items.length === 0 && rest.length > 0) throw new Again(`${what} gave none of ${rest.length} items`);
        found.push(...items);
        return rest;
      });
    }
    return found;
  };

  return {
    async load(keys) {
      const unique = new Map(keys.map((key) => [nameOf(key), key]));
      const found = new Map<string, Doc>();
      const all = [...unique.values()];
      const pieces = Array.from({ length: Math.ceil(all.length / GET_KEYS_MAX) }, (_, i) =>
        all.slice(i * GET_KEYS_MAX, (i + 1) * GET_KEYS_MAX),
      );
      for (const items of await Promise.all(pieces.map(getSome)))
        for (const doc of items.map(docOfItem)) found.set(nameOf(doc), doc);
      return keys.map((key) => found.get(nameOf(key)));
    },

    async commit(puts) {
      const texts = checkPuts(puts);
      if (puts.length === 0) return true;
      const commit = randomUUID();
      const requests = puts.map((put: Put, i) => putRequest(table, put, texts[i]!, commit));
      try {
        await calling(async (abortSignal) => {
          const TransactItems = requests.map((request) => ({ Put: request }));
          if (requests.length === 1) await client.send(new PutItemCommand(requests[0]!), { abortSignal });
          else await client.send(new TransactWriteItemsCommand({ TransactItems }), { abortSignal });
        });
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException || error instanceof ComparisonLost) return false;
        throw error;
      }
    },

    pauseAfterLoss: (losses) => setTimeout(Math.random() * Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** losses)),

    async list(partition, { prefix = '', limit = Number.POSITIVE_INFINITY, lastFirst = false } = {}) {
      const items = await queried(
        {
          KeyConditionExpression: `#pk = :pk${prefix === '' ? '' : ' AND begins_with(#sk, :prefix)'}`,
          ExpressionAttributeNames: {
            '#pk': ATTRIBUTE.partition,
            ...(prefix === '' ? {} : { '#sk': ATTRIBUTE.sort }),
          },
          ExpressionAttributeValues: {
            ':pk': { S: partition },
            ...(prefix === '' ? {} : { ':prefix': { S: prefix } }),
          },
          ConsistentRead: true,
          ScanIndexForward: !lastFirst,
        },
        limit,
      );
      return items.map(docOfItem);
    },

    async indexed(name, query = {}) {
      const { from = 0, until = Number.MAX_SAFE_INTEGER, limit = Number.POSITIVE_INFINITY, lastFirst = false } = query;
      const items = await queried(
        {
          IndexName: LIST_INDEX,
          KeyConditionExpression: '#list = :list AND #at BETWEEN :from AND :until',
          ExpressionAttributeNames: { '#list': ATTRIBUTE.list, '#at': ATTRIBUTE.at },
          ExpressionAttributeValues: {
            ':list': { S: name },
            ':from': { N: String(from) },
            ':until': { N: String(until) },
          },
          ScanIndexForward: !lastFirst,
        },
        limit,
      );
      return items.map((item) => ({
        partition: item[ATTRIBUTE.partition]!.S!,
        sort: item[ATTRIBUTE.sort]!.S!,
        at: Number(item[ATTRIBUTE.at]!.N),
      }));
    },

    removeExpired: async () => 0,
    close: async () => client.destroy(),
  };
}

/** A comparison of a transaction did not hold. */
class ComparisonLost extends Error {
  override readonly name = 'ComparisonLost';
}

const LOST = 'ConditionalCheckFailed';

/** A transaction that met another one is tried again; one whose comparison was lost is lost. */
function cancelled(error: TransactionCanceledException, what: string): Error {
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  if (codes.includes(LOST)) return new ComparisonLost(`${what}: a comparison was lost`);
  const code = codes.find((one) => one !== undefined && one !== 'None') ?? 'no reason given';
  return new Again(`${what} cancelled a transaction (${code})`, 0, { cause: error });
}

function nameOf({ partition, sort }: Key): string {
  return JSON.stringify([partition, sort]);
}
