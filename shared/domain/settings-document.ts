import { SETTINGS_NAMES, type SettingsDocument, SettingsSchema } from './settings';

/** What people wrote is no settings document; the message says what is wrong where. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * A settings document as somebody wrote it, checked more strictly than functions do: they pass over names that they do not know,
 * since a newer program may have written them; a person has mistyped one.
 *
 * @param what it is, for the message, as "settings.json"
 * @throws {SettingsError} with everything that is wrong
 */
export function readSettingsDocument(text: string, what: string): SettingsDocument {
  const document = documentOf(text, what);
  const unknown = unknownNames(document).map((name) => `${name}: there is no such setting`);
  if (unknown.length > 0) throw new SettingsError(`${what}: ${unknown.join('; ')}`);
  return document;
}

/** As {@link readSettingsDocument}, by the functions' measure. @throws {SettingsError} */
export function documentOf(text: string, what: string): SettingsDocument {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SettingsError(`${what}: is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, {
      cause,
    });
  }
  const parsed = SettingsSchema.safeParse(json);
  if (parsed.success) return json as SettingsDocument;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`);
  throw new SettingsError(`${what}: ${problems.join('; ')}`);
}

function unknownNames({ defaults = {}, overrides = [], fleet = {}, ...rest }: SettingsDocument): string[] {
  const strange = (within: string, value: object, names: readonly string[]) =>
    Object.keys(value).flatMap((name) => (names.includes(name) ? [] : [`${within}${name}`]));
  return [
    ...strange('', rest, SETTINGS_NAMES.document),
    ...strange('defaults.', defaults, SETTINGS_NAMES.settings),
    ...overrides.flatMap((override, i) => [
      ...strange(`overrides.${i}.`, override, SETTINGS_NAMES.override),
      ...strange(`overrides.${i}.settings.`, override.settings, SETTINGS_NAMES.settings),
    ]),
    ...strange('fleet.', fleet, SETTINGS_NAMES.fleet),
  ];
}
