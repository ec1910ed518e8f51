import type { z } from 'zod';
import { type Secrets, SecretUnusable } from '../../alerting/channel-ports';

/**
 * A secret that holds JSON of a known form.
 *
 * @throws {SecretUnusable} if it is no such JSON; what it holds is not told
 */
export async function readSecret<Schema extends z.ZodType>(
  secrets: Secrets,
  name: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = (await secrets.get(name)).reveal();
  const parsed = schema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  secrets.forget(name);
  throw new SecretUnusable(name);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error would quote the secret.
    return undefined;
  }
}
