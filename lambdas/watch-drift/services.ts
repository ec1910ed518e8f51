import type { DriftLook } from '../../shared/training/drift-look';
import type { DistributionLog, DriftReferences, TrainingStarter } from '../../shared/training/ports';

/** What {@link watchDrift} works with; built once per cold start. */
export interface Services {
  readonly log: DistributionLog;
  readonly references: DriftReferences;
  /** Absent: people are told, and nothing starts by itself. */
  readonly starter: TrainingStarter | undefined;
  readonly rules: DriftRules;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly observe: Observer;
}

export interface DriftRules {
  /** Index from which on a feature, or the score, has drifted. */
  readonly limit: number;
  /** How far back live vectors are looked at. */
  readonly windowMs: number;
  /** Fewer vectors than this are compared with nothing. */
  readonly vectorsMin: number;
}

/** Told what happens; never decides anything. */
export interface Observer {
  /** There was nothing to compare, and why in words. */
  idle(why: 'no-reference' | 'few-vectors', words: string): void;
  looked(look: DriftLook, of: { readonly reference: string; readonly vectors: number }): void;
  /** Training was started, or had been started today. */
  started(run: string, isNew: boolean): void;
}
