/** What doctor found out about one thing. */
export interface Finding {
  readonly name: string;
  /** `missing`: needed and not there. `absent`: optional and not there. */
  readonly state: 'ok' | 'missing' | 'absent';
  /** What was found, or what is wrong. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export function ok(name: string, detail: string): Finding {
  return { name, state: 'ok', detail };
}

export function missing(name: string, detail: string, remedy: string): Finding {
  return { name, state: 'missing', detail, remedy };
}

/** Something that would be of use but is not needed. */
export function absent(name: string, detail: string, remedy: string): Finding {
  return { name, state: 'absent', detail, remedy };
}
