import type { AlertingDocument, Route } from './schema';

type Path = readonly (string | number)[];

export interface ReferenceProblem {
  readonly path: Path;
  readonly message: string;
}

/** Names that are given twice, and names of receivers that are not there. */
export function referenceProblems({
  receivers,
  rules,
  route,
  inhibit,
  maintenance,
}: AlertingDocument): ReferenceProblem[] {
  return [
    ...twice('receivers', receivers),
    ...twice('rules', rules),
    ...twice('inhibit', inhibit),
    ...twice('maintenance', maintenance),
    ...ofRoute(route, ['route'], new Set(receivers.map(({ name }) => name))),
    ...(route.receivers === undefined
      ? [
          {
            path: ['route'],
            message:
              'names no receivers; alerts that fit no other route come here: give it receivers, or [] for nobody',
          },
        ]
      : []),
    ...(isUnconditional(route)
      ? []
      : [
          {
            path: ['route'],
            message: 'is the root and takes every alert: move its match and active to a route below it',
          },
        ]),
  ];
}

function isUnconditional({ match, active }: Route): boolean {
  return Object.keys(match).length === 0 && active === undefined;
}

function twice(list: string, named: readonly { readonly name: string }[]): ReferenceProblem[] {
  const seen = new Set<string>();
  return named.flatMap(({ name }, i) => {
    const isThere = seen.has(name);
    seen.add(name);
    return isThere ? [{ path: [list, i, 'name'], message: `"${name}" is there twice; names must differ` }] : [];
  });
}

function ofRoute(route: Route, path: Path, known: ReadonlySet<string>): ReferenceProblem[] {
  return [
    ...named(route.receivers, [...path, 'receivers'], known),
    ...named(route.escalate?.receivers, [...path, 'escalate', 'receivers'], known),
    ...sameNames(route, path),
    ...route.routes.flatMap((child, i) => ofRoute(child, [...path, 'routes', i], known)),
  ];
}

function named(names: readonly string[] = [], path: Path, known: ReadonlySet<string>): ReferenceProblem[] {
  return names.flatMap((name, i) =>
    names.indexOf(name) < i
      ? [{ path: [...path, i], message: `"${name}" is there twice; each is told once` }]
      : unknown(name, [...path, i], known),
  );
}

function unknown(name: string, path: Path, known: ReadonlySet<string>): ReferenceProblem[] {
  if (known.has(name)) return [];
  const names = known.size === 0 ? 'there are none' : `there are ${[...known].slice(0, 10).join(', ')}`;
  return [{ path, message: `no receiver is called "${name}"; ${names}` }];
}

function sameNames({ routes }: Route, path: Path): ReferenceProblem[] {
  const named = routes.flatMap(({ name }, i) => (name === undefined ? [] : [{ name, i }]));
  return named
    .filter(({ name, i }) => named.some((other) => other.name === name && other.i < i))
    .map(({ name, i }) => ({
      path: [...path, 'routes', i, 'name'],
      message: `"${name}" is there twice; routes side by side must differ`,
    }));
}
