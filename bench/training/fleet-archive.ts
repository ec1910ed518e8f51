import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ArchiveLine } from '../../shared/domain/archive-line';
import type { Label } from '../../shared/training/labels';

const START = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const SHARDS = 4;
/** A week of a source, nearly. */
const POINTS_A_SOURCE = 10_000;
const OBJECT_LINES = 50_000;

interface Fleet {
  readonly sources: number;
  /** One in ten sources has a fault each day: a level that leaves for two hours. */
  readonly labels: readonly Label[];
}

export function fleetOf(points: number): Fleet {
  const sources = Math.max(1, Math.round(points / POINTS_A_SOURCE));
  const days = Math.floor(points / sources / DAY_MINUTES);
  const labels: Label[] = [];
  for (let s = 0; s < sources; s += 10)
    for (let day = 1; day < days; day++) {
      const from = START + (day * DAY_MINUTES + faultMinute(s, day)) * MINUTE_MS;
      labels.push({ source: nameOf(s), from, to: from + 120 * MINUTE_MS, verdict: 'real', origin: 'people' });
    }
  return { sources, labels };
}

/** Objects below the folder by hour, a record a point, sources in turn each minute. @returns bytes of all objects */
export function writeFleetArchive(folder: string, points: number): { readonly bytes: number } {
  const { sources } = fleetOf(points);
  let [bytes, objects] = [0, 0];
  for (let from = 0; from < points; from += OBJECT_LINES) {
    const lines = Array.from({ length: Math.min(OBJECT_LINES, points - from) }, (_, k) => lineOf(from + k, sources));
    const hour = path.join(folder, 'points', ...new Date(timeOf(from, sources)).toISOString().slice(0, 13).split('T'));
    mkdirSync(hour, { recursive: true });
    const packed = gzipSync(lines.join(''), { level: 1 });
    writeFileSync(path.join(hour, `archive-1-${String(objects++).padStart(8, '0')}.ndjson.gz`), packed);
    bytes += packed.length;
  }
  return { bytes };
}

/** As the function archive-points writes it. */
function lineOf(i: number, sources: number): string {
  const s = i % sources;
  const at = timeOf(i, sources);
  const body = { source: nameOf(s), timestamp: at, metrics: { level: levelOf(s, Math.floor(i / sources)) } };
  const line: ArchiveLine = {
    stream: 'arn:aws:kinesis:eu-central-1:123456789012:stream/points',
    shard: `shardId-${String(s % SHARDS).padStart(12, '0')}`,
    // 56 digits, of which the later ones look random, as those of Kinesis.
    sequence: `4959033827149025660855969253${String(i).padStart(14, '0')}${String(hashed(i)).padStart(14, '0')}`,
    arrival: at,
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  };
  return `${JSON.stringify(line)}\n`;
}

function hashed(i: number): number {
  return (Math.imul(i + 1, 0x9e3779b1) >>> 0) * 10_007;
}

function timeOf(i: number, sources: number): number {
  return START + Math.floor(i / sources) * MINUTE_MS;
}

function nameOf(s: number): string {
  return `pump-${String(s).padStart(6, '0')}`;
}

function faultMinute(s: number, day: number): number {
  return 60 + ((s * 131 + day * 397) % 1_200);
}

/** A day's wave, noise, and on some the fault; the same on every run. */
function levelOf(s: number, minute: number): number {
  const noise = ((Math.imul(minute + 1, 0x9e3779b1) ^ Math.imul(s + 1, 0x85ebca6b)) >>> 8) / 2 ** 24;
  const usual = 50 + 10 * Math.sin((2 * Math.PI * (minute + s)) / DAY_MINUTES) + noise;
  const [day, ofDay] = [Math.floor(minute / DAY_MINUTES), minute % DAY_MINUTES];
  const since = ofDay - faultMinute(s, day);
  const isFault = s % 10 === 0 && day >= 1 && since >= 0 && since < 120;
  return Math.round((isFault ? usual + Math.min(6, since / 10) : usual) * 1_000) / 1_000;
}
