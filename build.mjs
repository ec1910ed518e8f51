// Bundles what has a main(): programs of apps/ for this clone (packages stay in node_modules), deployed functions of lambdas/
// and the model server's image whole, each as ESM for Node 20; the CDK app. node build.mjs [FOLDER [apps]], by default all of it
// into dist; with `apps` their programs alone, in a tenth of the time.
import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
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

const [outdir = 'dist', only] = process.argv[1]?.endsWith('build.mjs') ? process.argv.slice(2) : [];
// Nothing is removed: a program that runs may still load its chunks, whose names follow from what they hold.
const whole = {
  ...common,
  outExtension: { '.js': '.mjs' },
  minify: true,
  // What a function draws with is within it.
  loader: { '.wasm': 'binary', '.woff2': 'binary' },
  // Packages written for CommonJS call require; an ES module has none until it is made.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
};
const programs = () =>
  build({
    ...common,
    entryPoints: entries('apps', 'main.ts'),
    outdir: `${outdir}/apps`,
    outExtension: { '.js': '.mjs' },
    packages: 'external',
    // What a command imports when it runs stays out of the start of all others.
    splitting: true,
  });

if (only === 'apps') await programs();
else await everything();

async function everything() {
  const functions = entries('lambdas', 'handler.ts');
  const image = `${outdir}/images/model-server`;
  await Promise.all([
    programs(),
    build({ ...whole, entryPoints: functions, outdir: `${outdir}/lambdas` }),
    build({ ...whole, entryPoints: ['apps/model-server/main.ts'], sourcemap: false, outdir: image }),
    build({
      ...common,
      entryPoints: ['infra/bin/app.ts'],
      outdir: `${outdir}/infra`,
      // The CDK is CommonJS, and names of its exports cannot be known before it runs.
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      packages: 'external',
    }),
  ]);
  copyFileSync('apps/model-server/Dockerfile', `${image}/Dockerfile`);
  const bundles = [...functions.map(({ out }) => `${outdir}/lambdas/${out}.mjs`), `${image}/main.mjs`];
  for (const file of bundles) {
    console.log(`${file}  ${(statSync(file).size / 1024).toFixed(0)} kB`);
  }
}
