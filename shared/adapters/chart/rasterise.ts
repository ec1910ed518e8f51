import { initWasm, Resvg } from '@resvg/resvg-wasm';

/** What drawing needs besides code: a deployed function has it within, on one machine it lies in the packages. */
export interface ChartAssets {
  /** Of `@resvg/resvg-wasm`. */
  readonly wasm: Uint8Array;
  /** WOFF2 or TTF, regular and bold; no font of the machine is used, so a chart looks the same everywhere. */
  readonly fonts: readonly Uint8Array[];
}

/** SVG to PNG, on a white ground. */
export type Rasterise = (svg: string) => Uint8Array;

const FAMILY = 'DejaVu Sans';

/** The module can be initialised once in a process. */
let initialised: Promise<void> | undefined;

export async function openRasteriser({ wasm, fonts }: ChartAssets): Promise<Rasterise> {
  initialised ??= initWasm(wasm).then(() => undefined);
  await initialised;
  const font = { fontBuffers: [...fonts], defaultFontFamily: FAMILY, sansSerifFamily: FAMILY };
  return (svg) => {
    const image = new Resvg(svg, { font, background: '#ffffff' });
    const rendered = image.render();
    const png = rendered.asPng();
    rendered.free();
    image.free();
    return png;
  };
}
