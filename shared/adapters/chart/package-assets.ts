import { readFile } from 'node:fs/promises';
import type { ChartAssets } from './rasterise';

const FONTS = '@fontsource/dejavu-sans/files/dejavu-sans-latin';

/**
 * The assets as they lie in installed packages.
 *
 * @param resolve name of a package's file to its path, as `require.resolve`
 */
export async function packageAssets(resolve: (name: string) => string): Promise<ChartAssets> {
  const read = (name: string) => readFile(resolve(name));
  const [wasm, ...fonts] = await Promise.all([
    read('@resvg/resvg-wasm/index_bg.wasm'),
    read(`${FONTS}-400-normal.woff2`),
    read(`${FONTS}-700-normal.woff2`),
  ]);
  return { wasm, fonts };
}
