import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { matchesPattern } from '../shared/domain/settings';

const root = path.join(__dirname, '..');
const page = readFileSync(path.join(root, 'docs/security.md'), 'utf8');

/** Files that the page says show something, and the names of tests that it names beside them. */
const claims = [...page.matchAll(/`((?:infra|lambdas|shared|apps|test)\/[\w./*-]+\.ts)`(?:: \*([^*]+)\*)?/g)].map(
  ([, files, name]) => ({ files: files!, name }),
);

test('there is something to check', () => {
  expect(claims.length).toBeGreaterThan(10);
});

test.each(claims)('$files is there, and shows $name', ({ files, name }) => {
  const folder = path.dirname(files);
  const found = readdirSync(path.join(root, folder)).filter((file) => matchesPattern(path.basename(files), file));
  expect(found).not.toEqual([]);
  if (name === undefined) return;
  const texts = found.map((file) => readFileSync(path.join(root, folder, file), 'utf8'));
  expect(texts.some((text) => text.includes(`'${name}'`))).toBe(true);
});
