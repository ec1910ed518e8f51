import type { AnomalyEvent } from '../../domain/anomaly-event';
import { createMetricState, type MetricState, openMetricState, releaseMetricState } from '../metric-state';
import { slabBytes } from '../slab';

/** Field of a source's state that says when it was heard and whether it is missed. */
export const WATCH_FIELD = 'w';

/** Steps between deliveries that are remembered. */
export const STEPS = 32;
/** Long gaps that are remembered. */
export const GAPS = 4;
/** Share of an hour or day at which it is always heard. */
export const ALWAYS = 255;

const VERSION = 1;

/** Index of each number in the head, by width of its view. Fields are only ever added at the end. */
export const F64 = { newest: 1, delivery: 2, opened: 3, filed: 4, lastGap: 5, hour: 6 } as const;
export const F32 = { usual: 14, upper: 15, patience: 16, gaps: 17, steps: 17 + GAPS } as const;
export const U32 = { deliveries: 53 } as const;
export const U8 = { version: 0, regular: 1, hasQuiet: 2, hours: 216, days: 240 } as const;
const HEAD_BYTES = 248;

/** Where a source was heard last, as people and the shard's progress know it. */
export interface Origin {
  /** Stream and shard, as {@link shardKey} writes them. */
  readonly shard: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * What is known of a source's arrivals: a block of numbers read and written in place, all times in epoch milliseconds of
 * arrival, and what has no fixed length.
 *
 * Numbers: newest arrival and begin of the newest delivery; begin of the silence, 0 = it is heard; deadline under which it is
 * filed, 0 = none; hour of the wall clock that was learnt last. Usual and upper step, patience, long gaps, steps.
 */
export interface SourceWatch extends Pick<MetricState, 'f64' | 'f32' | 'u32' | 'u8'> {
  readonly state: MetricState;
  origin: Origin;
  /** Events decided and perhaps not yet told; whoever commits next tells them. */
  pending: readonly AnomalyEvent[];
}

/** A source that was never heard. */
export function newWatch(): SourceWatch {
  const watch = watchOf(createMetricState(HEAD_BYTES), { shard: '', tags: {} }, []);
  watch.u8[U8.version] = VERSION;
  watch.f32[F32.patience] = 1;
  watch.u8.fill(ALWAYS, U8.hours, U8.hours + 31);
  return watch;
}

/** The watch at rest as it was saved; undefined for bytes that no version wrote: the source is then learnt anew. */
export function decodeWatch(saved: Uint8Array | undefined): SourceWatch | undefined {
  if (saved === undefined || saved.length < HEAD_BYTES + 2 || saved[U8.version] !== VERSION) return undefined;
  if (saved[HEAD_BYTES] !== OPENING || saved[saved.length - 1] !== CLOSING) return undefined;
  const views = openMetricState(saved, HEAD_BYTES);
  // A source that is heard overwrites the rest, unread: nearly all batches.
  if (views.f64[F64.opened] === 0) return watchOf(views, new SavedOrigin(saved), []);
  const [origin, pending] = tailOf(saved);
  return watchOf(views, origin, pending);
}

export function encodeWatch({ u8, origin, pending }: SourceWatch): Uint8Array {
  const tail = tailBytes(origin, pending);
  const bytes = slabBytes(HEAD_BYTES + tail.length);
  bytes.set(u8);
  bytes.set(tail, HEAD_BYTES);
  return bytes;
}

/** Gives the memory of a watch back; nobody may use it from here on. */
export function releaseWatch({ state }: SourceWatch): void {
  releaseMetricState(state);
}

/** A stream's shard in one word. */
export function shardKey({ stream, shard }: { readonly stream: string; readonly shard: string }): string {
  return `${stream}/${shard}`;
}

type Tail = [shard: string, tags: Readonly<Record<string, string>>, pending?: readonly AnomalyEvent[]];
/** Brackets of the list in which the rest stands. */
const [OPENING, CLOSING] = [0x5b, 0x5d];
const decoder = new TextDecoder();

function watchOf(state: MetricState, origin: Origin, pending: readonly AnomalyEvent[]): SourceWatch {
  const { f64, f32, u32, u8 } = state;
  return { state, f64, f32, u32, u8, origin, pending };
}

/** Of sources without tags, all of one shard have the same. */
function tailBytes({ shard, tags }: Origin, pending: readonly AnomalyEvent[]): Uint8Array {
  if (pending.length > 0) return Buffer.from(JSON.stringify([shard, tags, pending] satisfies Tail));
  for (const _ in tags) return Buffer.from(JSON.stringify([shard, tags] satisfies Tail));
  if (untagged.shard !== shard) untagged = { shard, bytes: Buffer.from(JSON.stringify([shard, {}] satisfies Tail)) };
  return untagged.bytes;
}

let untagged = { shard: '', bytes: Buffer.from('["",{}]') };

function tailOf(saved: Uint8Array): [Origin, readonly AnomalyEvent[]] {
  try {
    const [shard, tags, pending = []] = JSON.parse(decoder.decode(saved.subarray(HEAD_BYTES))) as Tail;
    return [{ shard, tags }, pending];
  } catch {
    return [{ shard: '', tags: {} }, []];
  }
}

/** Reads where a source was heard once somebody asks. */
class SavedOrigin implements Origin {
  private read: Origin | undefined;

  constructor(private readonly saved: Uint8Array) {}

  get shard(): string {
    return this.origin().shard;
  }

  get tags(): Origin['tags'] {
    return this.origin().tags;
  }

  private origin(): Origin {
    this.read ??= tailOf(this.saved)[0];
    return this.read;
  }
}
