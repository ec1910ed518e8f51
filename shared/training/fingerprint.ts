import { createHash } from 'node:crypto';
import type { DataPoint } from '../domain/data-point';
import type { PointHistory } from './ports';

/** Says which data a model was trained on: of the points as they are read, and of what is given first. */
export interface Fingerprint {
  /** The same history, which is taken down as it is read; to be read once. */
  readonly history: PointHistory;
  /** After the reading. */
  digest(): string;
}

export function fingerprinted(history: PointHistory, ...given: readonly unknown[]): Fingerprint {
  const hash = createHash('sha256').update(JSON.stringify(given));
  async function* read(): AsyncIterable<DataPoint> {
    for await (const point of history.read()) {
      hash.update(JSON.stringify(point));
      yield point;
    }
  }
  return {
    history: { bySource: history.bySource, read },
    digest: () => hash.digest('hex').slice(0, 32),
  };
}
