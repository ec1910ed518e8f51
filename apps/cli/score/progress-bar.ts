/** Shows how far a file is read; nothing when there is nobody to see it. */
export interface ProgressBar {
  update(bytes: number): void;
  stop(): void;
}

const SILENT: ProgressBar = { update() {}, stop() {} };

/** A bar on standard error if that is a terminal and the size is known. */
export async function progressBar(bytesTotal: number | undefined, wanted: boolean): Promise<ProgressBar> {
  if (!wanted || !process.stderr.isTTY || !bytesTotal) return SILENT;
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % of {megabytes} MB, {eta_formatted} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(bytesTotal, 0, { megabytes: (bytesTotal / 1e6).toFixed(1) });
  return { update: (bytes) => bar.update(bytes), stop: () => bar.stop() };
}
