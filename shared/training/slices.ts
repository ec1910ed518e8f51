import type { Evidence } from './evidence';
import type { Slice } from './measure-slice';
import { groupOf, OTHER_SOURCES } from './source-groups';

/** More in a report would not be read; the smaller ones are told together. */
const GROUPS_MAX = 24;

/** The parts of what was tested that are told by themselves. */
export interface Parts {
  readonly overall: Slice;
  readonly people: Slice;
  readonly faults: readonly (readonly [string, Slice])[];
  readonly groups: readonly (readonly [string, Slice])[];
}

export function partsOf(evidence: Evidence, patterns: readonly string[] | undefined): Parts {
  const blocks = [...evidence.blocks.keys()];
  const windows = [...evidence.windows.keys()].filter((at) => evidence.windows[at]!.label.verdict === 'real');
  const faultOf = (at: number) => {
    const { origin, fault } = evidence.windows[at]!.label;
    return origin === 'injected' ? (fault ?? 'injected') : undefined;
  };
  const kinds = [...new Set(windows.map(faultOf))].filter((kind) => kind !== undefined).sort();
  return {
    overall: { blocks, windows },
    people: { blocks, windows: windows.filter((at) => faultOf(at) === undefined) },
    faults: kinds.map((kind) => [kind, { blocks, windows: windows.filter((at) => faultOf(at) === kind) }] as const),
    groups: groupsOf(evidence, { blocks, windows }, patterns),
  };
}

/** The largest groups by name, and all others as one. */
function groupsOf(evidence: Evidence, all: Slice, patterns: readonly string[] | undefined) {
  const named = new Map<string, { blocks: number[]; windows: number[] }>();
  const sliceOf = (name: string) => {
    const known = named.get(name) ?? { blocks: [], windows: [] };
    named.set(name, known);
    return known;
  };
  const nameOf = (source: string) => groupOf(source, patterns);
  for (const at of all.blocks) sliceOf(nameOf(evidence.blocks[at]!.source)).blocks.push(at);
  for (const at of all.windows) sliceOf(nameOf(evidence.windows[at]!.label.source)).windows.push(at);
  const ranked = [...named].sort(
    ([a, one], [b, other]) =>
      Number(a === OTHER_SOURCES) - Number(b === OTHER_SOURCES) ||
      other.windows.length - one.windows.length ||
      other.blocks.length - one.blocks.length ||
      (a < b ? -1 : 1),
  );
  if (ranked.length <= GROUPS_MAX) return ranked;
  const rest = ranked.slice(GROUPS_MAX - 1).map(([, slice]) => slice);
  const others = { blocks: rest.flatMap(({ blocks }) => blocks), windows: rest.flatMap(({ windows }) => windows) };
  return [...ranked.slice(0, GROUPS_MAX - 1), [OTHER_SOURCES, others] as const];
}
