import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { allow } from './permissions';

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
export function allowReading(user: IGrantable, { secretArn, secretFullArn, encryptionKey }: ReadableSecret): void {
  // The ARN of a secret that was found by name ends with six characters that are not known here.
  allow(user, ['secretsmanager:GetSecretValue'], secretFullArn ?? `${secretArn}-??????`);
  encryptionKey?.grant(user, 'kms:Decrypt');
}

/** Allows to replace the text of a secret, and to read it. */
export function allowReplacing(user: IGrantable, secret: ReadableSecret): void {
  allowReading(user, secret);
  allow(user, ['secretsmanager:PutSecretValue'], secret.secretFullArn ?? `${secret.secretArn}-??????`);
  secret.encryptionKey?.grant(user, 'kms:GenerateDataKey');
}
