import { z } from 'zod';
import { DRIFT_LIMIT } from '../../shared/training/distributions';
import type { DriftRules } from './services';

export const DriftVariables = {
  /** Population stability index from which on a feature has drifted. */
  DRIFT_LIMIT: z.coerce.number().positive().max(100).default(DRIFT_LIMIT),
  /** How far back live vectors are looked at. */
  DRIFT_HOURS: z.coerce.number().int().min(1).max(720).default(24),
  /** Fewer vectors than this are compared with nothing. */
  DRIFT_VECTORS_MIN: z.coerce.number().int().min(1).default(10_000),
} as const;

export interface DriftVariablesRead {
  readonly DRIFT_LIMIT: number;
  readonly DRIFT_HOURS: number;
  readonly DRIFT_VECTORS_MIN: number;
}

export function driftRules({ DRIFT_LIMIT: limit, DRIFT_HOURS, DRIFT_VECTORS_MIN }: DriftVariablesRead): DriftRules {
  return { limit, windowMs: DRIFT_HOURS * 3_600_000, vectorsMin: DRIFT_VECTORS_MIN };
}
