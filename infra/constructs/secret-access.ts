import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { DeployedFunction } from './deployed-function';

export interface ReadableSecret {
  readonly secretArn: string;
  /** Absent where the secret was found by its name. */
  readonly secretFullArn?: string | undefined;
  readonly encryptionKey?: IKey | undefined;
}

/**
 * Allows a function to read a secret and its key. The secret's own grant would name the function in the key's policy, and so
 * make the stack of the key depend on that of the function.
 */
export function allowReading(user: DeployedFunction, secret: ReadableSecret): void {
  user.addToRolePolicy(
    // The name of a secret that was found by name ends with six characters that are not known here.
    new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secret.secretFullArn ?? `${secret.secretArn}-??????`],
    }),
  );
  secret.encryptionKey?.grantDecrypt(user);
}
