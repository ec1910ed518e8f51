// Bundles the fault test and its worker beside the programs in dist, and runs it.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const outdir = at('../../dist/test/faults');
await build({
  entryPoints: [at('main.ts'), at('worker.ts')],
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
await import(pathToFileURL(`${outdir}/main.mjs`).href);
