/**
 * A value made at first use and kept. A failure is not kept: the next call tries again, so a cold start that met an outage
 * does not poison the function instance.
 */
export function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
