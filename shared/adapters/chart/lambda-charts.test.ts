import { SAMPLE_NOTIFICATION } from '../../domain/notification';
import { always, openSink, type Sink, type SinkAnswers } from '../https/testing/sink';
import { ChartRequestSchema } from './chart-call';
import { lambdaCharts } from './lambda-charts';

const ALERT = SAMPLE_NOTIFICATION.alerts[0]!;
const PNG = Buffer.from('a picture');

let sink: Sink;
afterEach(() => sink.close());

async function draw(answers: SinkAnswers, withinMs = 5_000, functionName: string | undefined = 'draw-chart') {
  sink = await openSink(answers);
  const problems: unknown[] = [];
  const options = { region: 'eu-central-1', endpointUrl: sink.url, onProblem: (...it: unknown[]) => problems.push(it) };
  const drawn = await lambdaCharts({ ...options, functionName }).draw(ALERT, withinMs);
  return { drawn, problems };
}

test('a chart is asked for by what draw-chart reads, and is what it answers', async () => {
  const { drawn, problems } = await draw(always(200, JSON.stringify({ png: PNG.toString('base64') })));
  expect(Buffer.from(drawn!).equals(PNG)).toBe(true);
  expect(problems).toEqual([]);
  expect(sink.requests[0]!.path).toContain('/functions/draw-chart/invocations');
  expect(ChartRequestSchema.parse(JSON.parse(sink.requests[0]!.body.toString()))).toEqual({
    alert: ALERT,
    withinMs: 5_000,
  });
});

test('nothing to draw is no problem', async () => {
  expect(await draw(always(200, '{}'))).toEqual({ drawn: undefined, problems: [] });
});

test('without a function there are no charts, and nobody is asked', async () => {
  sink = await openSink(always(200));
  const charts = lambdaCharts({
    region: 'eu-central-1',
    endpointUrl: sink.url,
    functionName: undefined,
    onProblem: fail,
  });
  expect(await charts.draw(ALERT, 5_000)).toBeUndefined();
  expect(sink.requests).toEqual([]);
});

test.each<[string, SinkAnswers, number]>([
  ['it fails', always(200, '{"errorType":"Error"}', { 'x-amz-function-error': 'Unhandled' }), 5_000],
  ['it answers something else', always(200, '{"png":7}'), 5_000],
  ['it answers no JSON', always(200, 'no'), 5_000],
  [
    'it is throttled',
    always(429, '{"message":"slow down"}', { 'x-amzn-errortype': 'TooManyRequestsException' }),
    5_000,
  ],
  ['it is late', () => undefined, 50],
])('there is no chart when %s, and that is told', async (_, answers, withinMs) => {
  const { drawn, problems } = await draw(answers, withinMs);
  expect(drawn).toBeUndefined();
  expect(problems).toHaveLength(1);
});

function fail(): never {
  throw new Error('nothing was to be told');
}
