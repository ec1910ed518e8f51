import { runBundled } from '../run-bundled.mjs';

await runBundled(import.meta.url, ['main.ts', 'worker.ts', 'silence-worker.ts']);
