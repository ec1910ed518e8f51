import type { KeptSettings } from '../../../shared/detection/settings-store';
import type { SettingsDocument } from '../../../shared/domain/settings';
import { clock } from '../../local/screen/numbers';
import { plainText } from '../../local/screen/plain-text';

type Override = NonNullable<SettingsDocument['overrides']>[number];

/** What one document says otherwise than another, a line each; none: the same. */
export function differenceLines(before: SettingsDocument, after: SettingsDocument): string[] {
  const [was, is] = [byPattern(before.overrides ?? []), byPattern(after.overrides ?? [])];
  const patterns = [...new Set([...was.keys(), ...is.keys()])];
  const kept = (of: ReadonlyMap<string, unknown>) => [...of.keys()].filter((name) => was.has(name) && is.has(name));
  const [order, newOrder] = [kept(was), kept(is)];
  return [
    ...changes('all sources', before.defaults ?? {}, after.defaults ?? {}),
    ...patterns.flatMap((pattern) => overrideLines(pattern, was.get(pattern), is.get(pattern))),
    ...(order.join('\n') === newOrder.join('\n')
      ? []
      : [`order of overrides, of which the last that fits wins: ${newOrder.join(', ')}`]),
    ...changes('fleet', before.fleet ?? {}, after.fleet ?? {}),
  ].map(plainText);
}

/** One line of a list of versions. */
export function versionLine({ version, change, document }: KeptSettings, isInForce: boolean): string {
  const mark = isInForce ? '*' : ' ';
  const overrides = document.overrides?.length ?? 0;
  const size = `${overrides} ${overrides === 1 ? 'override' : 'overrides'}`;
  const how = change === undefined ? (version === 1 ? 'nothing is named' : 'written by hand') : howWords(change);
  return plainText(`${mark} ${String(version).padStart(3)}  ${how}, ${size}`);
}

function howWords({ at, by, why, what }: NonNullable<KeptSettings['change']>): string {
  return `${clock(at, true)}  ${by}${what === 'thresholds' ? ', thresholds' : ''}${why === '' ? '' : `: ${why}`}`;
}

/** Patterns that stand there twice are told apart by their place. */
function byPattern(overrides: readonly Override[]): ReadonlyMap<string, Override> {
  const found = new Map<string, Override>();
  for (const override of overrides) {
    let name = override.sources;
    for (let again = 2; found.has(name); again++) name = `${override.sources} (${again})`;
    found.set(name, override);
  }
  return found;
}

function overrideLines(pattern: string, before: Override | undefined, after: Override | undefined): string[] {
  if (before === undefined) return [`${pattern}: new, ${settingWords(after!)}`];
  if (after === undefined) return [`${pattern}: gone, it had ${settingWords(before)}`];
  const { settings: was, sources: _, ...whose } = before;
  const { settings: is, sources: __, ...whoseNow } = after;
  return [...changes(pattern, was, is), ...changes(pattern, whose, whoseNow)];
}

function settingWords({ settings, by, why, expiresAt }: Override): string {
  const named = Object.entries(settings).map(([name, value]) => `${name} ${valueWords(value)}`);
  const until = expiresAt === undefined ? [] : [`until ${instantWords(expiresAt)}`];
  const whose = by === undefined ? [] : [`by ${by}`];
  return `${[named.join(', ') || 'nothing', ...until, ...whose].join(', ')}${why === undefined ? '' : `: ${why}`}`;
}

function changes(whose: string, before: object, after: object): string[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const [old, now] = [valueWords(was.get(name)), valueWords(is.get(name))];
    return old === now ? [] : [`${whose}: ${name} ${old} → ${now}`];
  });
}

function valueWords(value: unknown): string {
  if (value === undefined) return 'not named';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function instantWords(instant: string | number): string {
  return typeof instant === 'string' ? instant : new Date(instant).toISOString();
}
