import { TransientFault } from '../../domain/transient-fault';
import { AwsRefusal } from '../aws/aws-faults';
import { createSecrets, type SecretsOptions } from '../aws/secrets';
import type { FetchSecret } from './kept-secrets';

/** Whatever is wrong with a name, people have to mend it. */
const NOT_THERE = new Set(['ResourceNotFoundException', 'NoText', 'ValidationException', 'InvalidParameterException']);

/** AWS Secrets Manager: the current version of a secret by its name or ARN, text only. */
export function secretsManager(options: SecretsOptions): FetchSecret {
  const secrets = createSecrets(options);
  return async (name) => {
    try {
      return await secrets(name);
    } catch (error) {
      if (error instanceof AwsRefusal && NOT_THERE.has(error.reason)) return undefined;
      // A passing fault, or a permission that is missing and will be given: both are tried again.
      const why = error instanceof AwsRefusal ? error.reason : error instanceof Error ? error.name : 'unknown';
      throw new TransientFault('secrets', `${name} could not be read (${why})`);
    }
  };
}
