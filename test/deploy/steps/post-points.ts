import { request } from 'node:http';
import { GetFunctionUrlConfigCommand } from '@aws-sdk/client-lambda';
import { livePathOf, rowsOf } from '../live-path';
import { ordinary, SOURCES } from '../traffic';
import { until } from '../until';
import type { Step, World } from '../world';
import { INGEST_TOKEN } from './apply-rules';

const STORED_MS_MAX = 30_000;

export const postPoints: Step = {
  name: 'a point that is posted with a token is stored, one without is refused',
  limitMs: 60_000,
  async run(world) {
    const { FunctionUrl } = await world.emulator.lambda.send(
      new GetFunctionUrlConfigCommand({ FunctionName: livePathOf(world).api }),
    );
    const point = ordinary(Date.now(), SOURCES[3]);
    const post = (token: string) => postTo(world, new URL('points', FunctionUrl), token, JSON.stringify(point));
    const refused = await post('not-this-token-of-anybody');
    if (refused !== 401) throw new Error(`without a token: ${refused}`);
    const taken = await post(INGEST_TOKEN);
    if (taken !== 202) throw new Error(`with its token: ${taken}`);
    await until('its rows', STORED_MS_MAX, () => rowsOf(world.urls.influx, point));
    world.sent.points.push(point);
    return `${refused}, then ${taken}`;
  },
};

/** The emulator knows a function's URL by its host name, which leads to AWS: so it is called where the emulator is. */
function postTo({ urls }: World, url: URL, token: string, body: string): Promise<number> {
  const { hostname, port } = new URL(urls.emulator);
  const headers = { host: url.host, authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, path: url.pathname, method: 'POST', headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    });
    call.once('error', reject).end(body);
  });
}
