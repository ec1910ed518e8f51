import type { DeployedFunction } from './deployed-function';

/**
 * What a function works with: the variables that tell it where the part is, and the permission to use it. Both come together,
 * so a function that knows of a part may use it.
 */
export interface Part<Variables> {
  readonly variables: Variables;
  grantTo(user: DeployedFunction): void;
}

type VariablesOfAll<Parts extends readonly unknown[]> = Parts extends readonly [Part<infer First>, ...infer Rest]
  ? First & VariablesOfAll<Rest>
  : unknown;

/** Several parts as one. */
export function allOf<Parts extends readonly Part<object>[]>(...parts: Parts): Part<VariablesOfAll<Parts>> {
  return {
    variables: Object.assign({}, ...parts.map(({ variables }) => variables)),
    grantTo: (user) => {
      for (const part of parts) part.grantTo(user);
    },
  };
}

/** A part that needs no permission. */
export function plain<Variables extends object>(variables: Variables): Part<Variables> {
  return { variables, grantTo: () => undefined };
}
