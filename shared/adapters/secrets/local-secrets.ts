import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TransientFault } from '../../domain/transient-fault';
import type { FetchSecret } from './kept-secrets';

export interface LocalSecretsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder with a file for each secret, named as the secret is; absent: the environment alone. */
  readonly folder?: string;
}

/**
 * Secrets of one machine: `tidewatch/slack` is the environment variable SECRET_TIDEWATCH_SLACK, or else the file
 * `tidewatch/slack` of the folder. Names never lead out of it.
 */
export function localSecrets({ environment, folder }: LocalSecretsOptions): FetchSecret {
  return async (name) => {
    const given = environment[secretVariable(name)];
    if (given !== undefined && given !== '') return given;
    if (folder === undefined || !staysInside(name)) return undefined;
    try {
      return await readFile(path.join(folder, name), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
      throw new TransientFault('secrets', `${name} could not be read (${code})`);
    }
  };
}

/** SECRET_ and the name in capitals, with an underscore for whatever variables cannot hold. */
export function secretVariable(name: string): string {
  return `SECRET_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}

function staysInside(name: string): boolean {
  return !path.isAbsolute(name) && name.split(/[\\/]/).every((part) => part !== '' && part !== '.' && part !== '..');
}
