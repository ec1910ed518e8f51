/** Texts by key, in a bucket or a folder: what was set aside, and marks of what became of it. */
export interface ObjectPlace {
  /** Where it is, for people. */
  readonly name: string;
  /** Keys with this beginning, in order, from the first that is not before `from`. */
  keys(prefix: string, from?: string): AsyncGenerator<string>;
  /** Lines of an object, without their ends. Memory does not depend on its size where the place is a folder. */
  lines(key: string): AsyncIterable<string>;
  /** Durable when it resolves; the same again has no effect. */
  put(key: string, text: string): Promise<void>;
  close(): void;
}
