#!/usr/bin/env node
// Runs the command line from its bundle; a clone that was not built yet is built first.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bundle = new URL('../dist/apps/cli/main.mjs', import.meta.url);
if (!existsSync(bundle)) {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  await import('../build.mjs');
}
await import(bundle.href);
