#!/usr/bin/env node
// Runs the command line from its bundle; a clone that was not built yet is built first.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// The AWS SDK writes ten lines about future Node versions at every start; package.json says which we support.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const bundle = new URL('../dist/apps/cli/main.mjs', import.meta.url);
if (!existsSync(bundle)) {
  // The build works in its own folder; paths on the command line mean the user's.
  const folder = process.cwd();
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  await import('../build.mjs');
  process.chdir(folder);
}
await import(bundle.href);
