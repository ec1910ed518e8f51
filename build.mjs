// Bundles what has a main(): programs of apps/ for this clone (packages stay in node_modules), deployed functions of lambdas/
// whole. Every bundle is ESM for Node 20. node build.mjs [FOLDER], by default dist.
import { existsSync, readdirSync } from 'node:fs';
import { build } from 'esbuild';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
};
const entries = (folder, file) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${folder}/${entry.name}/${file}`))
    .map((entry) => ({ in: `${folder}/${entry.name}/${file}`, out: `${entry.name}/${file.replace('.ts', '')}` }));

const outdir = process.argv[1]?.endsWith('build.mjs') ? (process.argv[2] ?? 'dist') : 'dist';
// Nothing is removed: a program that runs may still load its chunks, whose names follow from what they hold.
await Promise.all([
  build({
    ...common,
    entryPoints: entries('apps', 'main.ts'),
    outdir: `${outdir}/apps`,
    outExtension: { '.js': '.mjs' },
    packages: 'external',
    // What a command imports when it runs stays out of the start of all others.
    splitting: true,
  }),
  build({
    ...common,
    entryPoints: entries('lambdas', 'handler.ts'),
    outdir: `${outdir}/lambdas`,
    outExtension: { '.js': '.mjs' },
    minify: true,
    // Packages written for CommonJS call require; an ES module has none until it is made.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  }),
]);
