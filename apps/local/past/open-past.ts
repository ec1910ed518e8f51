import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { DataFolder } from '../live/data-folder';
import { scoresOfLine } from './score-lines';
import type { Past } from './serve-past';

export interface OpenedPast extends Past {
  close(): Promise<void>;
}

/** What is stored in a run's folder: asked of the run itself while it runs, else read from its file. Undefined: nothing is. */
export async function openPast(folder: Pick<DataFolder, 'pastAddress' | 'storeFile'>): Promise<OpenedPast | undefined> {
  const running = await runningPast(folder.pastAddress);
  if (running !== undefined) return running;
  if (!existsSync(folder.storeFile)) return undefined;
  const { openDuckDbStore } = await import('../../../shared/adapters/embedded/duckdb-store');
  return openDuckDbStore(folder.storeFile);
}

/** Undefined when no run answers there: one that was killed leaves its address behind. */
async function runningPast(file: string): Promise<OpenedPast | undefined> {
  if (!existsSync(file)) return undefined;
  const { url, token } = JSON.parse(readFileSync(file, 'utf8')) as { url: string; token: string };
  const ask = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`the run at ${url} answered ${response.status}`);
    return response;
  };
  const isThere = await ask('/anomalies?from=0&to=0').then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  return {
    async *readScores({ from, to, isWanted = () => true }) {
      const { body } = await ask(`/scores?from=${from}&to=${to}`);
      for await (const line of createInterface({ input: Readable.fromWeb(body as never), crlfDelay: Infinity }))
        yield scoresOfLine(line).filter(({ source }) => isWanted(source));
    },
    async readAnomalies({ from, to }) {
      return (await (await ask(`/anomalies?from=${from}&to=${to}`)).json()) as AnomalyEvent[];
    },
    close: async () => undefined,
  };
}
