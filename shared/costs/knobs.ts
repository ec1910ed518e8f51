import { limitsOf, overfull } from './capacity';
import { amount, costsOf, endpointGigabytes, endpointsOf, totalOf } from './costs';
import type { CostedEnvironment, FleetLoad } from './load';
import { HOURS_A_MONTH, PRICES } from './prices';
import { usageOf } from './usage';

/** Something that can be set in another way, and what that does to the bill. */
export interface Knob {
  readonly words: string;
  /** What one gives for it. */
  readonly price: string;
  /** Dollars a month; negative: it would cost more. */
  readonly saves: number;
  /** Does the environment carry the load then? */
  readonly fits: boolean;
}

interface Setting {
  readonly words: string;
  readonly price: string;
  readonly environment?: CostedEnvironment;
  readonly load?: FleetLoad;
}

/** Every knob that means something for the environment, what saves most first. */
export function knobsOf(environment: CostedEnvironment, load: FleetLoad): readonly Knob[] {
  const now = totalOf(costsOf(environment, load));
  const settings = [...streams(environment, load), ...batching(environment, load), ...parts(environment)];
  const knobs = settings.map((setting): Knob => {
    const set = { environment, load, ...setting };
    const { words, price } = setting;
    const fits = overfull(limitsOf(set.environment, set.load)).length === 0;
    return { words, price, saves: now - totalOf(costsOf(set.environment, set.load)), fits };
  });
  return [...knobs, ...gateways(environment, load)].sort((a, b) => b.saves - a.saves);
}

const RECORD_MS = 60_000;

function* streams(environment: CostedEnvironment, load: FleetLoad): Generator<Setting> {
  const pointsPerRecord = Math.floor(RECORD_MS / load.intervalMs);
  if (pointsPerRecord > load.pointsPerRecord) {
    const words = `producers put ${pointsPerRecord} points of a source into a record`;
    yield { words, price: 'a point is up to a minute late', load: { ...load, pointsPerRecord } };
  }
  const { stream } = environment;
  const { records, recordBytes } = usageOf(environment, load);
  const shards = Math.max(1, Math.ceil(Math.max(records / 700, (records * recordBytes) / 700_000)));
  if (stream.shards === 'on-demand') {
    yield changed(
      environment,
      { stream: { ...stream, shards } },
      `${shards} shards in place of on demand`,
      'more load is throttled',
    );
    return;
  }
  const onDemand = { ...stream, shards: 'on-demand' as const };
  yield changed(
    environment,
    { stream: onDemand },
    'the stream on demand in place of shards',
    'nothing; it grows by itself',
  );
  if (shards < stream.shards)
    yield changed(
      environment,
      { stream: { ...stream, shards } },
      `${shards} shards in place of ${stream.shards}`,
      'less room',
    );
  if (stream.retentionHours > 24)
    yield changed(
      environment,
      { stream: { ...stream, retentionHours: 24 } },
      'records kept for a day',
      'an outage may last a day',
    );
}

/** A batch that spans several points of a source loads and stores its state once for them. */
function* batching(environment: CostedEnvironment, load: FleetLoad): Generator<Setting> {
  const { detection } = environment;
  const seconds = Math.min(300, Math.ceil((3 * load.intervalMs * load.pointsPerRecord) / 1_000));
  if (seconds <= Math.max(1, detection.batchWindowSeconds)) return;
  const { records, shards } = usageOf(environment, load);
  const batchRecords = Math.min(10_000, Math.max(detection.batchRecords, Math.ceil((seconds * records) / shards)));
  yield changed(
    environment,
    { detection: { ...detection, batchWindowSeconds: seconds, batchRecords } },
    `batches of ${seconds} s (batchWindowSeconds ${seconds}, batchRecords ${batchRecords})`,
    `a point waits up to ${seconds} s`,
  );
}

/** Of a function that trains. */
const FUNCTION_MB = 3_008;

function* parts(environment: CostedEnvironment): Generator<Setting> {
  const { model, store, network, training, tracing, archive, ...rest } = environment;
  if (model.kind === 'sagemaker' && model.instances > 1)
    yield changed(
      environment,
      { model: { ...model, instances: 1 } },
      'one instance of the endpoint',
      'rows are degraded while it is replaced',
    );
  if (model.kind === 'sagemaker')
    yield changed(
      environment,
      { model: { kind: 'url' } },
      'a model server of your own in place of the endpoint',
      'that server',
    );
  if (store.kind === 'timestream-influx' && store.standby)
    yield changed(
      environment,
      { store: { ...store, standby: false } },
      'the store without a standby',
      'points wait while a zone is out',
    );
  if (store.kind === 'timestream-influx')
    yield changed(environment, { store: { kind: 'url' } }, 'an InfluxDB of your own', 'that server');
  if (network?.endpointZones === 2)
    yield changed(
      environment,
      { network: { endpointZones: 1 } },
      'endpoints in one zone',
      'points wait while that zone is out',
    );
  if (tracing) yield changed(environment, { tracing: false }, 'no traces', 'X-Ray shows nothing');
  if (training?.by.kind === 'sagemaker') {
    const by = { kind: 'function', memoryMb: FUNCTION_MB } as const;
    yield changed(environment, { training: { ...training, by } }, 'training by functions', 'small fleets alone');
  }
  if (archive !== undefined) {
    const without: CostedEnvironment = { ...rest, model, store, tracing, ...given({ network, training }) };
    yield { words: 'no archive', price: 'no training from points, no replay', environment: without };
  }
}

/** A gateway to the internet in place of endpoints; no row has one, so it is compared and not offered. */
function gateways(environment: CostedEnvironment, load: FleetLoad): readonly Knob[] {
  const { network } = environment;
  if (network === undefined) return [];
  const gigabytes = endpointGigabytes(usageOf(environment, load));
  const zones = network.endpointZones;
  const endpoints =
    endpointsOf(environment) * zones * HOURS_A_MONTH * PRICES.interfaceEndpointHour +
    gigabytes * PRICES.interfaceEndpointGigabyte;
  const gateway = zones * HOURS_A_MONTH * PRICES.natHour + gigabytes * PRICES.natGigabyte;
  const words = `NAT gateways in place of endpoints (${amount(gateway)} for ${amount(endpoints)}; no row has them)`;
  return [{ words, price: 'a way to the internet', saves: endpoints - gateway, fits: true }];
}

function changed(
  environment: CostedEnvironment,
  change: Partial<CostedEnvironment>,
  words: string,
  price: string,
): Setting {
  return { words, price, environment: { ...environment, ...change } };
}

function given<Values extends Record<string, unknown>>(values: Values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}
