import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Name of the secret that signs links of this machine. */
export const LINK_KEYS = 'local/links';

/** Makes the key that signs links, once for a folder; readable by its owner alone. */
export function ensureLinkKeys(secretsFolder: string): void {
  const file = path.join(secretsFolder, LINK_KEYS);
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify({ keys: [randomBytes(32).toString('hex')] }), { mode: 0o600 });
}
