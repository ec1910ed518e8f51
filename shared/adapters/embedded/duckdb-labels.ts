import type { DuckDBConnection } from '@duckdb/node-api';

/** Texts that repeat on every row, and their numbers. Few: streams, shards and models. */
export interface Labels {
  /** Number of a text; a new text gets the next one and waits for {@link save}. */
  idOf(label: string): number;
  /** @throws {Error} if the number was never given */
  labelOf(id: number): string;
  /** Writes new texts within the current transaction of the connection. */
  save(connection: DuckDBConnection): Promise<void>;
  /** The transaction of the last save is durable. */
  saved(): void;
  /** It is not: the same texts are written again next time. */
  undone(): void;
}

export async function loadLabels(connection: DuckDBConnection): Promise<Labels> {
  const rows = (await connection.runAndReadAll('SELECT id, label FROM labels ORDER BY id')).getRows();
  const labels = rows.map((row) => String(row[1]));
  const ids = new Map(labels.map((label, id) => [label, id]));
  let durable = labels.length;
  let written = durable;
  return {
    idOf(label) {
      const known = ids.get(label);
      if (known !== undefined) return known;
      ids.set(label, labels.length);
      return labels.push(label) - 1;
    },
    labelOf(id) {
      const label = labels[id];
      if (label === undefined) throw new Error(`the store has no label ${id}`);
      return label;
    },
    async save(on) {
      for (written = durable; written < labels.length; written++) {
        await on.run('INSERT INTO labels VALUES (?, ?)', [written, labels[written]!]);
      }
    },
    saved() {
      durable = written;
    },
    undone() {
      written = durable;
    },
  };
}
