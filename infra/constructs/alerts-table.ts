import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ATTRIBUTE, LIST_INDEX } from '../../shared/adapters/dynamodb/table';
import type { Environment } from '../config/environment';

/** Alerts, groups, silences, rules and the notification log, as the code's own definition of the table has it. */
export function alertsTable(scope: Construct, { name, data }: Environment, key: IKey | undefined): ITable {
  const table = new Table(scope, 'AlertState', {
    tableName: `tidewatch-${name}-alerts`,
    partitionKey: { name: ATTRIBUTE.partition, type: AttributeType.STRING },
    sortKey: { name: ATTRIBUTE.sort, type: AttributeType.STRING },
    timeToLiveAttribute: ATTRIBUTE.expires,
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: data === 'kept',
    removalPolicy: data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...(key === undefined ? {} : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
  });
  table.addGlobalSecondaryIndex({
    indexName: LIST_INDEX,
    partitionKey: { name: ATTRIBUTE.list, type: AttributeType.STRING },
    sortKey: { name: ATTRIBUTE.at, type: AttributeType.NUMBER },
    projectionType: ProjectionType.KEYS_ONLY,
  });
  return table as ITable;
}
