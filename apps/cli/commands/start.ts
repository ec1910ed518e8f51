import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '../../../shared/domain/settings';
import { EXIT, EXIT_CODES_HELP, UsageError } from '../exit-codes';
import { aNumberOfSeconds, aPort, aPositiveNumber, aWholeNumber } from '../option-values';
import { addSettingsOptions, type SettingsOptions, settingsGiven } from '../settings-options';

interface StartFlags extends SettingsOptions {
  readonly input?: string;
  readonly http?: number;
  readonly data?: string;
  readonly sourceColumn?: string;
  readonly timeColumn?: string;
  readonly prior?: string;
  readonly seed?: number;
  readonly interval: number;
  readonly seconds?: number;
  readonly seriesMax?: number;
  readonly strangersMax?: number;
}

export function registerStart(program: Command): void {
  const command = program
    .command('start')
    .description('Runs the live path on this machine: on a demo fleet, on a file, or on what is posted to it.')
    .option('-i, --input <file>', 'run over this file at full speed and end; - for standard input')
    .option('--http <port>', 'take data points by POST /points on this port of 127.0.0.1', aPort)
    .option('-d, --data <folder>', 'where the run keeps its data; started again on it, it goes on where it stopped')
    .option('--time-column <name>', 'CSV: column that holds the time (default: found by name)')
    .option('--source-column <name>', 'CSV: column that names the source of a row (default: one called source)');
  addSettingsOptions(command, 'point')
    .option(
      '--series-max <number>',
      'series (metrics of sources) that are watched; values of further ones are stored unscored',
      aPositiveNumber,
    )
    .option(
      '--strangers-max <number>',
      'series that are stored without being watched; points of further ones go to quarantine',
      aWholeNumber,
    )
    .option('--seed <number>', 'demo: which fleet (default: 1, or that of the data folder)', aWholeNumber)
    .option('--interval <seconds>', 'demo: between two points of a source', aNumberOfSeconds, 2)
    .option('--seconds <seconds>', 'demo: end by itself after so many live seconds', aNumberOfSeconds)
    .addHelpText('after', START_HELP + EXIT_CODES_HELP)
    .action(async (flags: StartFlags) => {
      process.exitCode = await start(flags);
    });
}

async function start(flags: StartFlags): Promise<number> {
  if (flags.input !== undefined && flags.http !== undefined)
    throw new UsageError('--input and --http exclude each other');
  if (flags.prior !== undefined) await checkPrior(flags.prior);
  const common = {
    data: flags.data ?? defaultFolder(flags),
    modelServerScript: fileURLToPath(new URL('../model-server/main.mjs', import.meta.url)),
    redisUrl: process.env['REDIS_URL'] || undefined,
    redisPrefix: process.env['REDIS_PREFIX'] || undefined,
    redisAccess: { REDIS_CLUSTER: process.env['REDIS_CLUSTER'], REDIS_CA_FILE: process.env['REDIS_CA_FILE'] },
    influx: process.env['INFLUX_URL']
      ? { url: process.env['INFLUX_URL'], token: process.env['INFLUX_TOKEN'] }
      : undefined,
    settings: settingsOf(flags),
    priorFile: flags.prior,
    seriesMax: flags.seriesMax,
    strangersMax: flags.strangersMax,
    stopping: stopSignal(),
    environment: process.env,
    packageFile: createRequire(import.meta.url).resolve,
  };
  if (flags.input !== undefined) {
    const { runInput } = await import('../../local/run/run-input');
    const { rejected, isStopped } = await runInput({ ...common, input: flags.input, read: readOptions(flags) });
    if (isStopped) return EXIT.stopped;
    return rejected > 0 ? EXIT.someRejected : EXIT.ok;
  }
  if (flags.http !== undefined) {
    const { runHttp } = await import('../../local/run/run-http');
    await runHttp({ ...common, port: flags.http });
    return EXIT.ok;
  }
  const { runDemo } = await import('../../local/run/run-demo');
  await runDemo({ ...common, seed: flags.seed, intervalMs: 1000 * flags.interval, seconds: flags.seconds });
  return EXIT.ok;
}

/** A prior that makes no sense is told before anything is started. @throws {PriorError} */
async function checkPrior(file: string): Promise<void> {
  const { readPrior } = await import('../../../shared/adapters/files/prior-file');
  await readPrior(file);
}

/** A file has a folder for each run: on an old one its points would all be repetitions. */
function defaultFolder({ input, http }: StartFlags): string {
  if (http !== undefined) return path.join('.tidewatch', 'http');
  if (input === undefined) return path.join('.tidewatch', 'demo');
  const name = input === '-' ? 'stdin' : path.basename(input).replace(/[^\w.-]+/g, '_');
  return path.join('.tidewatch', `input-${name}-${new Date().toISOString().replace(/[:.]/g, '-')}`);
}

function settingsOf(flags: StartFlags): Settings {
  return SettingsSchema.parse({ version: DEFAULT_SETTINGS.version, defaults: settingsGiven(flags) });
}

function readOptions({ timeColumn, sourceColumn, timeZone }: StartFlags) {
  return {
    timeZone,
    ...(timeColumn === undefined ? {} : { timeColumn }),
    ...(sourceColumn === undefined ? {} : { sourceColumn }),
  };
}

/** The first Ctrl-C ends cleanly, the second at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.stopped);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

const START_HELP = `
Without --input and --http it shows the demo: 40 sources with two weeks of history, then live with
injected faults whose truth is known, and at the end what was found of them.

Every point takes the way it takes on AWS: log, batches, detect-anomalies, model server over HTTP,
store, topic. What it keeps is in .tidewatch/ unless --data names another folder. A settings.json there
stands over --threshold and its like, and is taken up while it runs (tidewatch settings --help).

Data points are JSON ({"source":…,"timestamp":…,"metrics":{…}}), an array or one a line; files may
also be CSV, as for tidewatch score, gzip or not. POST /points answers 202 when the points are in the
log on disk, 400 when none is usable, 413 over 1 MiB, 429 when the log is full.

Anomalies are routed to people: see tidewatch rules --help, and tidewatch inbox for messages that have no
real address. People act by the links in them, on 127.0.0.1.

Environment:
  SMTP_URL     send mails to this mail server, from MAIL_FROM; else they go into the inbox
  SECRET_…     secrets that receivers name (tidewatch inbox --help)
  API_PORT     where people act (default: 8087, or any that is free)
  REDIS_URL    keep the states of sources in this Redis or Valkey server
  REDIS_CLUSTER
               true: that server is a node, or the one endpoint, of a cluster
  REDIS_CA_FILE
               with rediss://, certificates (PEM) to trust instead of the well-known ones
  REDIS_PREFIX what keys there begin with (default: tidewatch- and a part of the data folder's stream)
  INFLUX_URL   keep points and anomalies in this InfluxDB: http://host:8086/?db=NAME, or with version 2
               https://host:8086/?org=NAME&bucket=NAME and its token in INFLUX_TOKEN

Examples:
  $ npm start
  $ npm start -- --input pump.csv
  $ npm start -- --http 8086
  $ curl -H 'content-type: application/json' 127.0.0.1:8086/points \\
      -d '{"source":"pump-17","timestamp":"2026-11-22T13:00:00Z","metrics":{"temperature":71.2}}'
`;
