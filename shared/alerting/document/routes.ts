import { stableId } from '../../domain/ids';
import { type Condition, firstMiss, matchWords, readMatch, type Subject } from './match';
import { zonedWindows } from './rules';
import type { Route } from './schema';
import { isWithin, windowWords } from './windows';

/** A route's options with what it inherits. Times in milliseconds. */
export interface RouteOptions {
  readonly receivers: readonly string[];
  readonly groupBy: readonly string[];
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  /** Absent: told once. */
  readonly repeatMs?: number;
  readonly sendResolved: boolean;
  readonly escalate?: { readonly afterMs: number; readonly receivers: readonly string[] };
}

/** A route as the router uses it. */
export interface ReadRoute {
  /** Names or matches from the root down: the same route has the same id when others are put before it. */
  readonly id: string;
  readonly options: RouteOptions;
  readonly goesOn: boolean;
  readonly children: readonly ReadRoute[];
  takes(subject: Subject, now: number): boolean;
  /** Why it takes the subject or not, for people. */
  words(subject: Subject, now: number): string;
}

export interface RouteStep {
  readonly route: string;
  readonly taken: boolean;
  readonly words: string;
}

/** Where a subject belongs: alerts of one group key are told together. */
export interface Placement {
  readonly route: string;
  readonly options: RouteOptions;
  /** Label → value, as people see them. */
  readonly group: Readonly<Record<string, string>>;
  readonly groupKey: string;
}

const DEFAULT_OPTIONS: RouteOptions = {
  receivers: [],
  groupBy: [],
  groupWaitMs: 30_000,
  groupIntervalMs: 5 * 60_000,
  repeatMs: 4 * 3_600_000,
  sendResolved: true,
};

export function readRoutes(root: Route, timeZone: string): ReadRoute {
  return readRoute(root, 'root', DEFAULT_OPTIONS, timeZone);
}

/**
 * Leaves of the tree that take the subject: a route's children are asked in order until one takes it that does not go on; the
 * route itself takes what none of them does. The root takes everything.
 */
export function placementsOf(root: ReadRoute, subject: Subject, now: number): readonly Placement[] {
  const found: ReadRoute[] = [];
  collect(root, subject, now, found);
  return found.map((route) => placementIn(route, subject));
}

/** The route of an id, wherever it stands below the root. */
export function routeOf(root: ReadRoute, id: string): ReadRoute | undefined {
  if (root.id === id) return root;
  for (const child of root.children) {
    const found = routeOf(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every route that was asked, with its answer. */
export function explainRoutes(root: ReadRoute, subject: Subject, now: number): readonly RouteStep[] {
  const steps: RouteStep[] = [];
  const visit = (route: ReadRoute): boolean => {
    const taken = route.takes(subject, now);
    steps.push({ route: route.id, taken, words: route.words(subject, now) });
    if (!taken) return false;
    for (const child of route.children) if (visit(child) && !child.goesOn) break;
    return true;
  };
  visit(root);
  return steps;
}

/** A label as group-by and inhibitions name it; absent ones are the empty text. */
export function labelOf(subject: Subject, label: string): string {
  if (label.startsWith('tags.')) {
    const name = label.slice('tags.'.length);
    return Object.hasOwn(subject.tags, name) ? subject.tags[name]! : '';
  }
  switch (label) {
    case 'source':
      return subject.source;
    case 'metric':
      return subject.metric ?? '';
    case 'kind':
      return subject.kind;
    case 'severity':
      return subject.severity;
    case 'owner':
      return subject.owner ?? '';
    default:
      return '';
  }
}

function collect(route: ReadRoute, subject: Subject, now: number, found: ReadRoute[]): void {
  let isTaken = false;
  for (const child of route.children) {
    if (!child.takes(subject, now)) continue;
    isTaken = true;
    collect(child, subject, now, found);
    if (!child.goesOn) break;
  }
  if (!isTaken) found.push(route);
}

function placementIn({ id, options }: ReadRoute, subject: Subject): Placement {
  const values = options.groupBy.map((label) => labelOf(subject, label));
  const group = Object.fromEntries(options.groupBy.map((label, i) => [label.replace(/^tags\./, ''), values[i]!]));
  return { route: id, options, group, groupKey: stableId('group', id, JSON.stringify(options.groupBy), ...values) };
}

function readRoute(route: Route, id: string, inherited: RouteOptions, timeZone: string): ReadRoute {
  const options = optionsOf(route, inherited);
  const conditions: readonly Condition[] = readMatch(route.match);
  const windows = route.active && zonedWindows(route.active, timeZone);
  const isActive = (now: number) => windows?.some((window) => isWithin(window, now)) ?? true;
  return {
    id,
    options,
    goesOn: route.continue,
    children: childrenOf(route, id, options, timeZone),
    takes: (subject, now) => firstMiss(conditions, subject) === undefined && isActive(now),
    words(subject, now) {
      const miss = firstMiss(conditions, subject)?.miss(subject);
      if (miss !== undefined) return miss;
      if (!isActive(now)) return `it is active ${windows!.map(windowWords).join('; ')} only`;
      return `takes ${matchWords(route.match)}`;
    },
  };
}

function childrenOf({ routes }: Route, id: string, options: RouteOptions, timeZone: string): readonly ReadRoute[] {
  const used = new Map<string, number>();
  return routes.map((child) => {
    const own = child.name ?? matchWords(child.match);
    const times = (used.get(own) ?? 0) + 1;
    used.set(own, times);
    return readRoute(child, `${id}/${times === 1 ? own : `${own}#${times}`}`, options, timeZone);
  });
}

function optionsOf(route: Route, inherited: RouteOptions): RouteOptions {
  const { repeatMs: inheritedRepeat, escalate: inheritedEscalation, ...rest } = inherited;
  const repeat = route.repeatInterval === undefined ? inheritedRepeat : (route.repeatInterval ?? undefined);
  const escalate = route.escalate
    ? { afterMs: route.escalate.after, receivers: route.escalate.receivers }
    : inheritedEscalation;
  return {
    receivers: route.receivers ?? rest.receivers,
    groupBy: route.groupBy ?? rest.groupBy,
    groupWaitMs: route.groupWait ?? rest.groupWaitMs,
    groupIntervalMs: route.groupInterval ?? rest.groupIntervalMs,
    sendResolved: route.sendResolved ?? rest.sendResolved,
    ...(repeat === undefined ? {} : { repeatMs: repeat }),
    ...(escalate === undefined ? {} : { escalate }),
  };
}
