import { jsonItem, ndjsonTexts } from './json-items';
import { type JsonText, jsonTexts } from './json-texts';
import { lineBatches } from './lines';
import { lookAhead, type OpenedItems } from './opened-items';
import type { ReadItem } from './read-item';

/** A file of data points in the wire format; its first points say which metrics there are. */
export async function openJson(chunks: AsyncIterable<Buffer>, format: 'json' | 'ndjson'): Promise<OpenedItems> {
  const texts = format === 'json' ? jsonTexts(chunks) : ndjsonBatches(chunks);
  const [sample, rest] = await lookAhead(itemBatches(texts));
  const metrics = sample.flatMap((item) => (item.kind === 'point' ? Object.keys(item.point.metrics) : []));

  async function* batches(): AsyncGenerator<readonly ReadItem[]> {
    yield sample;
    yield* rest;
  }
  return { header: [], metrics: [...new Set(metrics)], hasSources: true, notes: [], batches: batches() };
}

async function* ndjsonBatches(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly JsonText[]> {
  for await (const batch of lineBatches(chunks)) yield ndjsonTexts(batch);
}

async function* itemBatches(texts: AsyncIterable<readonly JsonText[]>): AsyncGenerator<readonly ReadItem[]> {
  for await (const batch of texts) yield batch.map(jsonItem);
}
