import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Segments } from './segments';

const TRACE = '1-65f0a1b2-0123456789abcdef01234567';
const VARIABLES = {
  LAMBDA_TASK_ROOT: '/var/task',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
  _X_AMZN_TRACE_ID: `Root=${TRACE};Parent=0123456789abcdef;Sampled=1`,
};
const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

test('ended stages become segments below the invocation that Lambda traces, without words of errors', async () => {
  const daemon = createSocket('udp4');
  const got: Record<string, unknown>[] = [];
  daemon.on('message', (message) => got.push(JSON.parse(message.toString().split('\n')[1]!)));
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  const { port } = daemon.address() as AddressInfo;
  Object.assign(process.env, VARIABLES, { AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${port}` });
  const segments = openedInLambda();
  segments.begin();
  segments.add('load', 250);
  segments.add('store', 10, new TypeError('value 96.4'));
  while (got.length < 2) await once(daemon, 'message');
  daemon.close();
  const [load, store] = ['load', 'store'].map((name) => got.find((segment) => segment['name'] === name)!);
  expect(load).toMatchObject({ type: 'subsegment', trace_id: TRACE, parent_id: '0123456789abcdef' });
  expect(Number(load!['end_time']) - Number(load!['start_time'])).toBeCloseTo(0.25, 1);
  expect(load).not.toHaveProperty('fault');
  expect(store).toMatchObject({ fault: true, annotations: { fault: 'TypeError' } });
  expect(JSON.stringify(got)).not.toContain('96.4');
});

/** The SDK reads the environment when it is loaded. */
function openedInLambda(): Segments {
  let segments: Segments | undefined;
  jest.isolateModules(() => {
    const module = require('./segments') as typeof import('./segments');
    segments = module.openSegments('detect-anomalies', true);
  });
  return segments!;
}
