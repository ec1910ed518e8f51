import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..');

/** Which rooms each room may import from, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'shared/domain': [],
  'shared/runtime': ['shared/domain'],
  'shared/detection': ['shared/domain'],
  'shared/alerting': ['shared/domain'],
  'shared/training': ['shared/domain', 'shared/detection'],
  'shared/costs': [],
  'shared/sizing': ['shared/costs'],
  'shared/adapters': ['shared/domain', 'shared/runtime', 'shared/detection', 'shared/alerting', 'shared/training'],
  lambdas: ['shared'],
  // What an environment costs is told from its row.
  apps: ['shared', 'lambdas', 'infra/config'],
  bench: ['shared', 'lambdas', 'apps'],
  // Keys and indexes of a table have one author: who reads it. Prices stand once, how long a shadow run may take, and what a
  // prior is.
  infra: [
    'lambdas',
    'shared/adapters/dynamodb/table',
    'shared/detection/population-prior',
    'shared/training/judge-shadow',
    'shared/costs',
  ],
};

const sources = Object.keys(ALLOWED).flatMap((room) => filesBelow(room).map((file) => ({ room, file })));

test('there is something to check', () => {
  expect(sources.length).toBeGreaterThan(20);
});

test('imports point one way: domain ← detection, alerting, training ← adapters ← lambdas, apps', () => {
  const wrong = sources.flatMap(({ room, file }) =>
    importsOf(file)
      .map((target) => path.relative(root, path.resolve(path.dirname(path.join(root, file)), target)))
      .filter((target) => !isBelow(target, room) && !ALLOWED[room]!.some((allowed) => isBelow(target, allowed)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('deployed functions never import each other', () => {
  const wrong = filesBelow('lambdas').flatMap((file) => {
    const own = file.split(path.sep).slice(0, 2).join(path.sep);
    return importsOf(file)
      .map((target) => path.relative(root, path.resolve(path.dirname(path.join(root, file)), target)))
      .filter((target) => isBelow(target, 'lambdas') && !isBelow(target, own))
      .map((target) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test('clock, randomness and environment enter at the edges only', () => {
  const pure = ['shared/domain', 'shared/detection', 'shared/alerting', 'shared/training', 'lambdas'].flatMap(
    filesBelow,
  );
  const wrong = pure.filter((file) =>
    /\bDate\.now\(|\bMath\.random\(|\bprocess\.env\b|new Date\(\)/.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(wrong.filter((file) => !file.endsWith('handler.ts'))).toEqual([]);
});

function isBelow(target: string, room: string): boolean {
  return target === room || target.startsWith(`${room}${path.sep}`);
}

/** Product files of a room: no tests, which may use factories and real parts of any room. */
function filesBelow(room: string): string[] {
  const folder = path.join(root, room);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.ts') && !/\.(test|contract|bench)\.ts$/.test(file) && !file.includes('fixtures'))
    .map((file) => path.join(room, file));
}

/** Relative imports of a file. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => match[1]!);
}
