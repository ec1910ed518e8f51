// Bundles a bench on the fly and runs it: node bench/run.mjs NAME [arguments].
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// The AWS SDK writes ten lines about future Node versions at every start.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const [name, ...rest] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
const outfile = fileURLToPath(new URL(`../dist/bench/${name}.mjs`, import.meta.url));
await build({
  entryPoints: [`${here}${name}.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
process.argv = [process.argv[0], outfile, ...rest];
await import(pathToFileURL(outfile).href);
