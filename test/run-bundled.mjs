// Bundles programs of a test folder beside the products' programs in dist, and runs the first of them.
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * @param caller `import.meta.url` of the test folder's run.mjs
 * @param entries TypeScript files of that folder
 */
export async function runBundled(caller, entries) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const folder = dirname(fileURLToPath(caller));
  const outdir = join(folder, '..', '..', 'dist', 'test', basename(folder));
  await build({
    entryPoints: entries.map((entry) => join(folder, entry)),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  await import(pathToFileURL(join(outdir, entries[0].replace('.ts', '.mjs'))).href);
}
