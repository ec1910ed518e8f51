import type { z } from 'zod';

/** The environment does not hold what a program needs; the message names every variable at fault, never its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Environment variables to a typed value, once, at start. Empty variables count as absent.
 *
 * @throws {ConfigError} naming each missing or invalid variable
 */
export function parseConfig<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`environment: ${problems.join('; ')}`);
}
