import type { Observation, Verdict } from '../../shared/detection/source-detector';
import { Distributions } from '../../shared/training/distributions';
import type { DistributionLog } from '../../shared/training/ports';

export interface LiveDistributionsOptions {
  readonly log: DistributionLog;
  /** Name of this process, which no other one has. */
  readonly process: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long what was counted may stay in memory alone. */
  readonly everyMs?: number;
  /** How many vectors may. */
  readonly vectorsMax?: number;
}

const DEFAULTS = { everyMs: 600_000, vectorsMax: 1_000_000 };
/** Models that score in one such time: before and after a change, and the built-in one. More are not told apart. */
const MODELS_MAX = 8;

/** What was counted since the last one was handed over. */
interface Part {
  readonly from: number;
  readonly byModel: Map<string, Distributions>;
  vectors: number;
}

/**
 * Counts of the vectors and scores that this process saw, handed over every few minutes. A process that ends takes with it what
 * it had not handed over. Memory is 2.5 KB a model; what a vector costs tells `npm run bench:engine`.
 */
export class LiveDistributions {
  private part: Part | undefined;
  private lastFrom = 0;
  private quietUntil = 0;
  private handingOver: Promise<void> | undefined;
  private readonly options: LiveDistributionsOptions & typeof DEFAULTS;

  constructor(options: LiveDistributionsOptions) {
    this.options = { ...DEFAULTS, ...options };
  }

  /** @param verdicts in the order of the observations, by the model of this version */
  add(model: string, observations: readonly Observation[], verdicts: readonly Verdict[]): void {
    this.part ??= this.newPart();
    const counted = countedOf(this.part, model);
    if (counted === undefined) return;
    for (let k = 0; k < observations.length; k++)
      if (counted.add(observations[k]!, verdicts[k]!.anomalyScore)) this.part.vectors += 1;
  }

  /** Hands over what was counted, if it is time. Rejects as the log does; then it is kept, and goes with the next try. */
  async flushIfDue(): Promise<void> {
    const { part } = this;
    const { now, everyMs, vectorsMax } = this.options;
    if (part === undefined || now() < this.quietUntil) return;
    if (part.vectors >= vectorsMax || now() >= part.from + everyMs) await this.flush();
  }

  /** Hands over all that was counted. One call at a time: who comes meanwhile waits for it. */
  async flush(): Promise<void> {
    this.handingOver ??= this.handOver().finally(() => {
      this.handingOver = undefined;
    });
    await this.handingOver;
  }

  private async handOver(): Promise<void> {
    const { part } = this;
    if (part === undefined || part.vectors === 0) return;
    // What other batches count meanwhile belongs to the next part.
    this.part = undefined;
    const { log, process, now, everyMs } = this.options;
    try {
      await log.add({ process, from: part.from }, [...part.byModel.values()]);
    } catch (error) {
      // It may have arrived: under the same name it takes its own place.
      this.part = joined(part, this.part);
      this.quietUntil = now() + everyMs;
      throw error;
    }
  }

  private newPart(): Part {
    this.lastFrom = Math.max(this.options.now(), this.lastFrom + 1);
    return { from: this.lastFrom, byModel: new Map(), vectors: 0 };
  }
}

function countedOf({ byModel }: Part, model: string): Distributions | undefined {
  const known = byModel.get(model);
  if (known !== undefined || byModel.size >= MODELS_MAX) return known;
  const made = new Distributions(model);
  byModel.set(model, made);
  return made;
}

function joined(part: Part, later: Part | undefined): Part {
  for (const [model, counted] of later?.byModel ?? []) countedOf(part, model)?.merge(counted);
  part.vectors += later?.vectors ?? 0;
  return part;
}
