import type { Label } from './labels';

/** A window that people labelled. */
export function aLabel(from: number, to: number, changes: Partial<Label> = {}): Label {
  return { source: 's', from, to, verdict: 'real', origin: 'people', ...changes };
}
