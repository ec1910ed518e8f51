import type { Settings, SettingsChange, SettingsDocument } from '../domain/settings';
import { DEFAULT_SETTINGS, SettingsSchema, settingsOver } from '../domain/settings';
import { documentOf } from '../domain/settings-document';

/** A version of the settings. */
export interface KeptSettings {
  readonly version: number;
  /** As it was written: what it does not name is left to the defaults. */
  readonly document: SettingsDocument;
  /** With what holds where it names nothing. */
  readonly settings: Settings;
  /** Absent where somebody wrote the file by hand. */
  readonly change?: SettingsChange;
}

/** Who changes settings, and why; `what` is a document unless said otherwise. */
export interface SettingsAuthor {
  readonly by: string;
  readonly why: string;
  readonly what?: SettingsChange['what'];
}

/** Others were put in force meanwhile; nothing was changed. */
export class SettingsConflict extends Error {
  override readonly name = 'SettingsConflict';
}

/** The settings document with all versions that it had. */
export interface SettingsStore {
  /** For people: where it lies. */
  readonly where: string;
  /** Those in force; version 1, which names nothing, where there is no document. */
  read(): Promise<KeptSettings>;
  /**
   * Puts a document in force as the next version.
   *
   * @param expected version that was in force when the document was made
   * @throws {SettingsConflict} if another one is by now
   */
  write(next: SettingsDocument, expected: number, author: SettingsAuthor): Promise<KeptSettings>;
  /** The newest first. */
  versions(limit: number): Promise<readonly KeptSettings[]>;
  /** Undefined where there never was one of this number. */
  version(version: number): Promise<KeptSettings | undefined>;
  close(): Promise<void>;
}

/** Where the text of the document lies, and its versions beside it. */
export interface SettingsPlace {
  readonly where: string;
  /** The text in force, with a mark that changes with it. */
  current(): Promise<{ readonly text: string; readonly mark: string } | undefined>;
  /** Puts a text in force, durable and whole; false, and nothing changed, if what is there has not this mark (or, undefined, is there). */
  replace(text: string, mark: string | undefined): Promise<boolean>;
  /** The text kept of a version. */
  kept(version: number): Promise<string | undefined>;
  /** Keeps a text for good; nothing changes if there is one of this version. */
  keep(version: number, text: string): Promise<void>;
  /** Versions that are kept, in any order. */
  keptVersions(): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface SettingsStoreOptions {
  /** What holds where the document names nothing: the defaults, or what a command line says. */
  readonly base?: Settings;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The first version: nothing is named. */
const NOTHING_NAMED: SettingsDocument = { version: 1 };

/**
 * Settings over a place. A text is in force before it is kept as a version: a writer that dies in between leaves a version to be kept by
 * the next one, as is one that somebody edited by hand; if its number is taken it gets the next one.
 */
export function openSettingsStore(
  place: SettingsPlace,
  { base = DEFAULT_SETTINGS, now }: SettingsStoreOptions,
): SettingsStore {
  const keptOf = (document: SettingsDocument): KeptSettings => {
    const { version, change } = SettingsSchema.parse(document);
    return { version, document, settings: settingsOver(base, document), ...(change === undefined ? {} : { change }) };
  };
  const parsed = (text: string, version?: number) =>
    keptOf(documentOf(text, version === undefined ? place.where : `version ${version} of ${place.where}`));
  const read = async () => parsed((await place.current())?.text ?? textOf(NOTHING_NAMED));

  const version = async (number: number): Promise<KeptSettings | undefined> => {
    const inForce = await read();
    if (inForce.version === number) return inForce;
    const text = await place.kept(number);
    if (text !== undefined) return parsed(text, number);
    return number === NOTHING_NAMED.version ? keptOf(NOTHING_NAMED) : undefined;
  };

  return {
    where: place.where,
    read,
    version,

    async write(next, expected, { by, why, what }) {
      const current = await place.current();
      const inForce = current === undefined ? keptOf(NOTHING_NAMED) : parsed(current.text);
      if (inForce.version !== expected) throw conflict(place.where, expected, inForce);
      let follows = inForce.version;
      let number = Math.max(inForce.version, ...(await place.keptVersions())) + 1;
      if (current !== undefined && (await keepsAnother(place, inForce.version, current.text))) {
        await place.keep(number, textOf({ ...inForce.document, version: number }));
        follows = number;
        number += 1;
      }
      const change = { at: new Date(now()).toISOString(), by, why, ...(what === undefined ? {} : { what }), follows };
      const { version: _, change: __, ...named } = next;
      const document: SettingsDocument = { version: number, change, ...named };
      const written = keptOf(document);
      const text = textOf(document);
      // An answer that was lost looks like a conflict with oneself.
      if (!(await place.replace(text, current?.mark)) && (await place.current())?.text !== text)
        throw conflict(place.where, expected, await read());
      await place.keep(number, text);
      return written;
    },

    async versions(limit) {
      const inForce = await read();
      const numbers = new Set([...(await place.keptVersions()), inForce.version, NOTHING_NAMED.version]);
      const newest = [...numbers].sort((a, b) => b - a).slice(0, limit);
      return Promise.all(newest.map(async (number) => (await version(number))!));
    },

    close: () => place.close(),
  };
}

/** Keeps a version that is not kept so far. Is another text kept under its number? */
async function keepsAnother(place: SettingsPlace, version: number, text: string): Promise<boolean> {
  const kept = await place.kept(version);
  if (kept === undefined) await place.keep(version, text);
  return kept !== undefined && onOneLine(kept) !== onOneLine(text);
}

/** The same document, whatever an editor made of its lines. */
function onOneLine(text: string): string {
  return JSON.stringify(JSON.parse(text));
}

function textOf(document: SettingsDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function conflict(where: string, expected: number, { version, change }: KeptSettings): SettingsConflict {
  const who = change === undefined ? '' : `, by ${change.by}${change.why === '' ? '' : `: ${change.why}`}`;
  return new SettingsConflict(`${where} changed since version ${expected}: version ${version} is in force${who}`);
}
