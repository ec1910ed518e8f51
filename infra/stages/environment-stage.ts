import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment';
import { StatefulStack } from '../stacks/stateful-stack';
import { StatelessStack } from '../stacks/stateless-stack';

/** One environment: `cdk deploy '<name>/*'`. */
export class EnvironmentStage extends Stage {
  readonly stateful: StatefulStack;
  readonly stateless: StatelessStack;

  constructor(scope: Construct, environment: Environment) {
    super(scope, environment.name);
    this.stateful = new StatefulStack(this, 'stateful', environment);
    this.stateless = new StatelessStack(this, 'stateless', environment, this.stateful);
    this.stateless.addStackDependency(this.stateful);
  }
}
