import type { GuardedCall } from '../../shared/adapters/https/guarded-call';
import type { Secrets } from '../../shared/alerting/channel-ports';
import type { AlertActions } from '../../shared/alerting/ports';
import type { DataPoint } from '../../shared/domain/data-point';
import type { Settings } from '../../shared/domain/settings';
import type { FailureLimit } from './failure-limit';

/** What {@link answer} works with; built once per cold start. */
export interface Services {
  readonly actions: AlertActions;
  readonly producer: PointProducer;
  readonly settings: () => Promise<Settings>;
  readonly secrets: Secrets;
  /** Names of secrets; a way whose secret is not named is closed. */
  readonly secretNames: {
    /** `{"signingSecret":"…"}` */
    readonly slack: string | undefined;
    /** `{"keys":["…"]}` */
    readonly links: string | undefined;
    /** `{"tokens":["…"]}` */
    readonly ingest: string | undefined;
  };
  /** To Slack's response URLs. */
  readonly call: GuardedCall;
  readonly failures: FailureLimit;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly observe: Observer;
}

/** Where posted points go. */
export interface PointProducer {
  /** Resolves when all are durable. Rejects when they are not, for now. */
  put(points: readonly DataPoint[]): Promise<unknown>;
}

/** What became of a request, by kind: for counts. */
export type RequestKind = 'points' | 'slack' | 'page' | 'action' | 'not-found' | 'refused' | 'limited' | 'failed';

/** Told what happens; never decides anything. */
export interface Observer {
  answered(kind: RequestKind, status: number): void;
  /** Something went wrong on our side. Messages hold no data and no secrets. */
  problem(what: string, error: unknown): void;
}
