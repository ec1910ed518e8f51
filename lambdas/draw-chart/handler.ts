import regular from '@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff2';
import bold from '@fontsource/dejavu-sans/files/dejavu-sans-latin-700-normal.woff2';
import wasm from '@resvg/resvg-wasm/index_bg.wasm';
import { createSecrets } from '../../shared/adapters/aws/secrets';
import { alertCharts } from '../../shared/adapters/chart/alert-chart';
import { type ChartAnswer, ChartRequestSchema } from '../../shared/adapters/chart/chart-call';
import { openRasteriser } from '../../shared/adapters/chart/rasterise';
import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { openStore } from '../../shared/adapters/store-variables';
import { parseConfig } from '../../shared/runtime/config';
import { lazy } from '../../shared/runtime/lazy';
import { type Config, ConfigSchema } from './config';

const telemetry = openTelemetry('draw-chart', process.env);
const built = lazy(() => buildCharts(parseConfig(ConfigSchema, process.env)));

/** Called by the functions that tell people, while they wait. */
export const handler = telemetry.invocations(async (event: unknown): Promise<ChartAnswer> => {
  const charts = await built();
  const { alert, withinMs } = ChartRequestSchema.parse(event);
  const png = await charts.draw(alert, withinMs);
  return png === undefined ? {} : { png: Buffer.from(png).toString('base64') };
});

/** Runs once per cold start. */
async function buildCharts(config: Config) {
  const { AWS_REGION: region } = config;
  const store = await openStore(config, region, createSecrets({ region }));
  return alertCharts({ store, rasterise: lazy(() => openRasteriser({ wasm, fonts: [regular, bold] })) });
}
