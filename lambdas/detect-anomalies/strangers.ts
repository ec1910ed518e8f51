import type { PlaceRequest, SourcePlaces } from '../../shared/detection/source-places';
import { stableId } from '../../shared/domain/ids';
import type { QuarantineObject } from '../../shared/domain/rows';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { redrivenOf } from '../../shared/runtime/redriven-record';
import { type PlacedPoint, quarantineObject, type SourceWork } from './plan-batch';
import type { SourcePass } from './source-pass';

/** Series of a batch that nobody remembers and that are not stored either. */
export interface OverBudget {
  has(source: string, metric: string): boolean;
}

export const NONE_OVER_BUDGET: OverBudget = { has: () => false };

/** Where values without a memory come from. */
export interface WithoutMemory {
  /** Some of their metrics may have no memory. */
  readonly passes: readonly Pick<SourcePass, 'advanced'>[];
  /** None of their metrics has. */
  readonly outside: readonly Pick<SourceWork, 'points'>[];
}

interface Stranger {
  readonly placed: PlacedPoint;
  readonly metric: string;
}

/**
 * Asks which series without a memory may be stored. Each asks by a name of its own, since no memory holds what its source's
 * metrics are called: a source that calls its one metric otherwise with each point would else be one series for ever. That name is
 * a hash, so that what a place takes of the cache does not grow with what people call things.
 *
 * @param strangers absent: all may
 */
export async function overBudgetOf(values: WithoutMemory, strangers: SourcePlaces | undefined): Promise<OverBudget> {
  if (strangers === undefined) return NONE_OVER_BUDGET;
  const requests = new Map<string, PlaceRequest>();
  for (const { placed, metric } of strangersIn(values)) {
    const { arrival, point } = placed;
    const key = keyOf(point.source, metric);
    const asked = requests.get(key) ?? { ...ONE_PLACE, source: stableId(point.source, metric), first: arrival };
    requests.set(key, { ...asked, last: arrival });
  }
  if (requests.size === 0) return NONE_OVER_BUDGET;
  const taken = await strangers.take([...requests.values()]);
  const refused = new Set([...requests.keys()].filter((_, at) => taken[at] === 0));
  return refused.size === 0 ? NONE_OVER_BUDGET : { has: (source, metric) => refused.has(keyOf(source, metric)) };
}

/**
 * What quarantine keeps of values that are not stored: one object a record, however many of its points they are of, so that a
 * flood of names is no flood of objects.
 *
 * The id says which elements are meant: when a batch comes again, what was committed meanwhile is not among them, and must not take
 * the place of what was set aside with it.
 */
export function overBudgetObjects(
  records: readonly StreamRecord[],
  values: WithoutMemory,
  overBudget: OverBudget,
): readonly QuarantineObject[] {
  if (overBudget === NONE_OVER_BUDGET) return [];
  const refused = new Map<string, Set<number>>();
  for (const { placed, metric } of strangersIn(values)) {
    if (!overBudget.has(placed.point.source, metric)) continue;
    const key = keyOf(placed.position.shard, placed.position.sequence);
    const elements = refused.get(key);
    if (elements === undefined) refused.set(key, new Set([placed.position.index]));
    else elements.add(placed.position.index);
  }
  return records.flatMap((record) => {
    const elements = refused.get(keyOf(record.shard, record.sequence));
    return elements === undefined
      ? []
      : [
          objectOf(
            record,
            [...elements].sort((a, b) => a - b),
          ),
        ];
  });
}

function objectOf(record: StreamRecord, elements: readonly number[]): QuarantineObject {
  const { stream, shard, sequence, body } = record;
  const message = `${elements.length === 1 ? 'a point' : `${elements.length} points`} with series beyond the budget`;
  const rejection = { reason: 'over-budget', index: elements[0]!, message } as const;
  return {
    ...quarantineObject(record, rejection, redrivenOf(body)?.redriven.attempt),
    id: stableId('over-budget', stream, shard, sequence, ...elements),
    ...(elements.length === 1 ? {} : { elements: [...elements] }),
  };
}

/** Every value that no memory judges. */
function* strangersIn({ passes, outside }: WithoutMemory): Generator<Stranger> {
  for (const { points } of outside)
    for (const placed of points) for (const metric in placed.point.metrics) yield { placed, metric };
  for (const { advanced } of passes)
    for (const { placed, observations } of advanced)
      for (const { metric, standing } of observations)
        if (standing === 'unwatched' && metric !== undefined) yield { placed, metric };
}

const ONE_PLACE = { series: 1, known: 0, renews: true } as const;

/** No name holds the sign between. */
function keyOf(one: string, other: string): string {
  return `${one}\0${other}`;
}
