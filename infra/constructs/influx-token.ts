import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Properties } from '../../lambdas/prepare-influx/config';
import { telling } from './data-parts';
import { DeployedFunction } from './deployed-function';
import { allowReading, allowReplacing, type ReadableSecret } from './secret-access';
import type { Surroundings } from './surroundings';

export interface InfluxTokenProps {
  /** Scheme, host and port. */
  readonly url: string;
  readonly organization: string;
  readonly bucket: string;
  /** Holds `username` and `password` of the first user. */
  readonly login: ReadableSecret;
  /** To hold the token. */
  readonly token: ReadableSecret;
  /** Another text than before: a new token is made. */
  readonly revision: string;
  /** How long the bucket keeps rows; absent: for ever. */
  readonly retentionDays?: number | undefined;
}

/** Longer than the function takes for a store that does not answer, so that it can still say so. */
const TIMEOUT = Duration.minutes(4);

/**
 * A token of an InfluxDB that reads and writes one bucket, made while the stack is deployed and never shown to anybody; and how
 * long the bucket keeps rows, which no template can say.
 */
export class InfluxToken extends Construct {
  constructor(scope: Construct, id: string, surroundings: Surroundings, props: InfluxTokenProps) {
    super(scope, id);
    const prepare = new DeployedFunction(this, 'prepare-influx', surroundings, {
      description: 'Makes the token of InfluxDB, and says how long it keeps rows, while a stack is deployed',
      uses: telling(surroundings.environment),
      memoryMb: 256,
      timeout: TIMEOUT,
      inNetwork: true,
      impact: 'A deployment cannot give functions access to the store.',
    });
    allowReading(prepare, props.login);
    allowReplacing(prepare, props.token);
    const properties: Properties = {
      Url: props.url,
      Organization: props.organization,
      Bucket: props.bucket,
      LoginSecret: props.login.secretArn,
      TokenSecret: props.token.secretArn,
      Revision: props.revision,
      RetentionDays: props.retentionDays ?? 0,
    };
    const made = new CustomResource(this, 'Made', {
      serviceToken: prepare.functionArn,
      serviceTimeout: TIMEOUT,
      properties,
    });
    // Its permissions are a resource beside it.
    made.node.addDependency(prepare, prepare.role!);
  }
}
