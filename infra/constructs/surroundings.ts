import type { Environment } from '../config/environment';
import type { Network } from './network';
import type { Operations } from './operations';

/** What most constructs of a stack need. */
export interface Surroundings {
  readonly environment: Environment;
  readonly operations: Operations;
  /** Absent: there is no VPC. */
  readonly network: Network | undefined;
}
