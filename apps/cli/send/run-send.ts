import { openDataInput } from '../../../shared/adapters/files/data-input';
import { createKinesisProducer, type KinesisProducer } from '../../../shared/adapters/kinesis/kinesis-producer';
import { EXIT, UsageError } from '../exit-codes';
import { counted, rejectionLines } from '../rejection-lines';
import { progressBar } from '../score/progress-bar';
import { type SendTally, sendInput } from './send-input';

export interface SendOptions {
  readonly input: string;
  readonly stream: string;
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly pointsPerRecord: number;
  readonly timeColumn?: string;
  readonly sourceColumn?: string;
  readonly timeZone: string;
  readonly quiet?: boolean;
}

/** Not every row of the file is on the stream. */
export class SendError extends Error {
  override readonly name = 'SendError';
}

/**
 * The command `send`: a file in, exit code back.
 *
 * @throws {InputError} if the file cannot be read at all
 * @throws {SendError} if the stream did not take a row
 */
export async function runSend(options: SendOptions, environment: NodeJS.ProcessEnv): Promise<number> {
  const begun = performance.now();
  const input = await openDataInput(options.input, options);
  const producer = openProducer(options, environment);
  const stop = stopSignal();
  const bar = await progressBar(input.bytesTotal, !options.quiet);
  try {
    if (!options.quiet) for (const note of input.notes) process.stderr.write(`note: ${note}\n`);
    const tally = await sendInput(input, producer.put, stop.signal, () => bar.update(input.bytesRead()));
    bar.stop();
    tell(tally, options, (performance.now() - begun) / 1000);
    if (tally.stoppedAt !== undefined) {
      process.stderr.write(`stopped: rows from line ${tally.stoppedAt} on were not sent\n`);
      return stop.code() ?? EXIT.failed;
    }
    return tally.rejected > 0 ? EXIT.someRejected : EXIT.ok;
  } finally {
    bar.stop();
    stop.forget();
    input.close();
    await producer.close();
  }
}

function openProducer(
  { stream, region, endpointUrl, pointsPerRecord }: SendOptions,
  environment: NodeJS.ProcessEnv,
): KinesisProducer {
  // A variable that is set to nothing counts as not set.
  const named = region || environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'];
  const url = endpointUrl || environment['AWS_ENDPOINT_URL_KINESIS'] || environment['AWS_ENDPOINT_URL'];
  if (url && !URL.canParse(url)) throw new UsageError('AWS_ENDPOINT_URL must be an http:// or https:// URL');
  return createKinesisProducer({
    stream,
    pointsPerRecordMax: pointsPerRecord,
    ...(named ? { region: named } : {}),
    ...(url ? { endpointUrl: url } : {}),
  });
}

/** @throws {SendError} if sending failed */
function tell(tally: SendTally, { stream, quiet }: SendOptions, seconds: number): void {
  const rate = seconds > 0 ? Math.round(tally.sent / seconds) : 0;
  const summary = `${counted(tally.sent, 'point')} on stream ${stream} in ${seconds.toFixed(1)} s (${counted(rate, 'point')}/s)`;
  const unmeasured = tally.unmeasured > 0 ? [`${counted(tally.unmeasured, 'row')} without a value: not sent`] : [];
  const lines = [...(quiet ? [] : [summary, ...unmeasured]), ...rejectionLines(tally.rejected, tally.rejections)];
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  if (tally.failure === undefined) return;
  const { line, error } = tally.failure;
  const why = error instanceof Error ? error.message : String(error);
  throw new SendError(`${why}\nrows before line ${line} are on the stream; from there on some may be missing`, {
    cause: error,
  });
}

/** The first Ctrl-C ends after what is under way, the second at once. */
function stopSignal() {
  const controller = new AbortController();
  let code: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(code);
    code = signal === 'SIGINT' ? 130 : 143;
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    code: () => code,
    forget: () => process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
