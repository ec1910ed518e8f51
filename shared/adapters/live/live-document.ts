/** A document that the live path follows, as `live.json` and `challenger.json`: read and replaced whole. */
export interface LiveDocument {
  /** For people, as a path or an address. */
  readonly name: string;
  /** Undefined where there is none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
  /** Nothing where there is none. */
  remove(): Promise<void>;
}
