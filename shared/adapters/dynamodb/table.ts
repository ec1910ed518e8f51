import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Doc, Put } from '../../alerting/store-port';

/** Attributes of the table. A document is one item: its key, a text, and what is compared, listed and expired by. */
export const ATTRIBUTE = {
  partition: 'pk',
  sort: 'sk',
  revision: 'rev',
  body: 'body',
  /** Marks one commit, so that trying it again finds its own work done. */
  commit: 'commit',
  /** Name of a list and the place in it. */
  list: 'ix',
  at: 'at',
  /** Epoch seconds: DynamoDB's time to live. */
  expires: 'ttl',
} as const;

/** The global secondary index that lists keys. */
export const LIST_INDEX = 'listed';

type Item = Record<string, AttributeValue>;

/** The table as the code expects it, for infrastructure and tests; time to live is on `ttl`. */
export function tableDefinition(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: ATTRIBUTE.partition, AttributeType: 'S' },
      { AttributeName: ATTRIBUTE.sort, AttributeType: 'S' },
      { AttributeName: ATTRIBUTE.list, AttributeType: 'S' },
      { AttributeName: ATTRIBUTE.at, AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: ATTRIBUTE.partition, KeyType: 'HASH' },
      { AttributeName: ATTRIBUTE.sort, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: LIST_INDEX,
        KeySchema: [
          { AttributeName: ATTRIBUTE.list, KeyType: 'HASH' },
          { AttributeName: ATTRIBUTE.at, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  };
}

export function keyItem(partition: string, sort: string): Item {
  return { [ATTRIBUTE.partition]: { S: partition }, [ATTRIBUTE.sort]: { S: sort } };
}

/** A put with its comparison; of the same commit again it holds too. */
export function putRequest(table: string, put: Put, text: string, commit: string) {
  const { partition, sort, expected, index, expiresAt } = put;
  const isFirst = expected === undefined;
  return {
    TableName: table,
    Item: {
      ...keyItem(partition, sort),
      [ATTRIBUTE.revision]: { N: String((expected ?? 0) + 1) },
      [ATTRIBUTE.body]: { S: text },
      [ATTRIBUTE.commit]: { S: commit },
      ...(index && { [ATTRIBUTE.list]: { S: index.name }, [ATTRIBUTE.at]: { N: String(index.at) } }),
      ...(expiresAt !== undefined && { [ATTRIBUTE.expires]: { N: String(Math.ceil(expiresAt / 1_000)) } }),
    },
    ConditionExpression: `${isFirst ? 'attribute_not_exists(#pk)' : '#rev = :expected'} OR #commit = :commit`,
    ExpressionAttributeNames: {
      '#commit': ATTRIBUTE.commit,
      ...(isFirst ? { '#pk': ATTRIBUTE.partition } : { '#rev': ATTRIBUTE.revision }),
    },
    ExpressionAttributeValues: {
      ':commit': { S: commit },
      ...(isFirst ? {} : { ':expected': { N: String(expected) } }),
    },
  };
}

export function docOfItem(item: Item): Doc {
  return {
    partition: item[ATTRIBUTE.partition]!.S!,
    sort: item[ATTRIBUTE.sort]!.S!,
    revision: Number(item[ATTRIBUTE.revision]!.N),
    body: JSON.parse(item[ATTRIBUTE.body]!.S!) as unknown,
  };
}
