import type { Children } from './children';
import type { Emulator } from './emulator';
import type { Resource } from './resources';
import type { Sinks } from './sinks';
import type { Sent } from './traffic';

/** What steps work with. What a step finds out for later ones it leaves here. */
export interface World {
  /** The clone. */
  readonly root: string;
  /** This run's own, removed at its end. */
  readonly folder: string;
  readonly children: Children;
  readonly emulator: Emulator;
  readonly urls: {
    readonly emulator: string;
    readonly redis: string;
    readonly influx: string;
    readonly model: string;
    readonly mlflow: string;
  };
  /** The model server: stopped in its tracks, it answers nobody until it is continued. */
  readonly model: { pause(): void; resume(): void };
  readonly sinks: Sinks;
  /** As `performance.now()`, when its PutRecord began. */
  faultSentAt: number;
  /** Milliseconds from that PutRecord to where the fault was seen, in the order of the path. */
  readonly faultSeenMs: Map<string, number>;
  /** Of the deployed stacks; empty before. */
  resources: readonly Resource[];
  /** Every data point that was put on the stream. */
  readonly sent: Sent;
}

export interface Step {
  /** What will hold after it, as a sentence. */
  readonly name: string;
  readonly limitMs: number;
  /** Throws if it does not hold; what it gives is told beside the name. */
  readonly run: (world: World) => Promise<string>;
}
