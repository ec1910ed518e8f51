// Training from an archive, step by step: npm run bench:train [-- --points N]
// Writes an archive as Firehose does, of N points (a million by default), a quarter and a sixteenth of them, and trains on each in a
// process of its own: time by the clock and by the processor, from which points a second are, and the largest memory that the process had.
// Beside it a floor: the same objects unpacked and their lines parsed, nothing else.
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { openArchiveHistory } from '../shared/adapters/history/archive-history';
import { folderObjects } from '../shared/adapters/history/archive-objects';
import { builtInModel } from '../shared/detection/built-in-model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import { openWeightedModel } from '../shared/detection/weighted-model';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { evaluateModels } from '../shared/training/evaluate';
import { splitByTime } from '../shared/training/split';
import { trainModel } from '../shared/training/train-model';
import { getTrainingData } from '../shared/training/training-data';
import { printTable } from './print-table';
import { fleetOf, writeFleetArchive } from './training/fleet-archive';

const DAY_MS = 86_400_000;
const POINTS = Number(option('points') ?? 1_000_000);
const folder = option('measure');
if (folder === undefined) runAll();
else await measure(folder, POINTS);

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

/** Each size in a process of its own, since a process tells its largest memory only. */
function runAll(): void {
  const rows: string[][] = [];
  for (const points of [POINTS / 16, POINTS / 4, POINTS].map(Math.round)) {
    const place = mkdtempSync(path.join(tmpdir(), 'tidewatch-bench-train-'));
    try {
      const { bytes } = writeFleetArchive(place, points);
      const { stdout, status } = spawnSync(
        process.execPath,
        [process.argv[1]!, '--points', String(points), '--measure', place],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
      );
      if (status !== 0) throw new Error(`training on ${points} points ended with ${status}`);
      const megabytes = `${thousands(bytes / 1e6)} MB packed`;
      for (const [step, ...figures] of JSON.parse(stdout) as string[][])
        rows.push([`${thousands(points)} points, ${megabytes}: ${step}`, ...figures]);
    } finally {
      rmSync(place, { recursive: true });
    }
  }
  printTable(['archive', 's', 's of a processor', 'points/s', 'µs a point', 'peak MB'], rows);
}

async function measure(place: string, points: number): Promise<void> {
  const rows: string[][] = [];
  const timed = async <Result>(step: string, work: () => Result | Promise<Result>): Promise<Result> => {
    const begun = performance.now();
    const before = process.cpuUsage();
    const result = await work();
    const seconds = (performance.now() - begun) / 1_000;
    const { user, system } = process.cpuUsage(before);
    const peak = process.resourceUsage().maxRSS / 1_024;
    rows.push([
      ...[step, seconds.toFixed(1), ((user + system) / 1e6).toFixed(1)],
      ...[thousands((1e6 * points) / (user + system)), ((user + system) / points).toFixed(2), thousands(peak)],
    ]);
    return result;
  };
  const { labels } = fleetOf(points);
  const split = splitByTime(labels, 0.4, DAY_MS / 2);
  const common = { openDetector: openSourceDetector, settings: DEFAULT_SETTINGS, labels };
  const history = openArchiveHistory({ objects: () => folderObjects(place), settings: DEFAULT_SETTINGS });

  expectAll(await timed('floor, unpack and parse', () => parsedLines(place)), points);
  expectAll(
    await timed('history, in order and each once', async () => {
      let read = 0;
      for await (const _ of history.read()) read += 1;
      return read;
    }),
    points,
  );
  const sample = { pointsMax: Math.ceil(points / 100), seed: 1, preferred: new Set<string>() };
  const sampled = openArchiveHistory({ objects: () => folderObjects(place), settings: DEFAULT_SETTINGS, sample });
  await timed('history, one point in a hundred kept', async () => {
    for await (const _ of sampled.read());
  });
  const data = await timed('training data, with the history', () =>
    getTrainingData({ ...common, history, seed: 1, trainTo: split.trainTo }),
  );
  expectAll(data.points, points);
  const { artifact } = await timed('train', () => trainModel(data, split));
  await timed('evaluate two models, with the history', () =>
    evaluateModels({ ...common, history, split, seed: 1 }, [builtInModel, openWeightedModel(artifact)]),
  );
  process.stdout.write(JSON.stringify(rows));
}

function expectAll(read: number, points: number): void {
  if (read !== points) throw new Error(`${read} points of ${points} were read`);
}

async function parsedLines(place: string): Promise<number> {
  let count = 0;
  for (const name of readdirSync(place, { recursive: true }) as string[]) {
    if (!name.endsWith('.gz')) continue;
    const unpacked = createReadStream(path.join(place, name)).pipe(createGunzip());
    for await (const line of createInterface({ input: unpacked })) {
      JSON.parse(line);
      count += 1;
    }
  }
  return count;
}

function thousands(number: number): string {
  return Math.round(number).toLocaleString('en');
}
