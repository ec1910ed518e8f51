import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment';
import { StatefulStack } from '../stacks/stateful-stack';
import { StatelessStack } from '../stacks/stateless-stack';

/**
 * What an environment's name may be. Names of AWS's have the environment's in them and some of them few characters; without a
 * hyphen, what is of `dev` is not taken for a part of `dev-2` either, in whose names `tidewatch-dev-*` would be.
 */
const NAME = /^[a-z][a-z0-9]{0,19}$/;

/** One environment: `cdk deploy '<name>/*'`. */
export class EnvironmentStage extends Stage {
  readonly stateful: StatefulStack;
  readonly stateless: StatelessStack;

  constructor(scope: Construct, environment: Environment) {
    if (!NAME.test(environment.name))
      throw new Error(
        `the environment's name "${environment.name}" must be of lower-case letters and digits, 20 at most, a letter first`,
      );
    super(scope, environment.name);
    this.stateful = new StatefulStack(this, 'stateful', environment);
    this.stateless = new StatelessStack(this, 'stateless', environment, this.stateful);
    this.stateless.addStackDependency(this.stateful);
  }
}
