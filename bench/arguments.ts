import { NOTHING_OUT, type PartsOut, partsNamed } from './parts';

export interface BenchArguments {
  /** Folder of the data. */
  readonly folder: string;
  /** Where results go in the benchmark's own format. */
  readonly results: string | undefined;
  readonly without: PartsOut;
  /** One row for the whole, then one for each part left out. */
  readonly ablate: boolean;
  /** Another flag, and the value of another option. */
  readonly flag: (name: string) => boolean;
  readonly option: (name: string) => string | undefined;
}

/**
 * `DIR [--results DIR] [--without PART,…] [--ablate]`, the arguments that all benches on labelled data take.
 * Ends the process with code 2 where the folder is missing.
 *
 * @param data what the folder must hold, in words
 */
export function benchArguments(name: string, data: string): BenchArguments {
  const given = process.argv.slice(2);
  const option = (wanted: string) => {
    const at = given.indexOf(`--${wanted}`);
    return at < 0 ? undefined : given[at + 1];
  };
  const [folder] = given;
  if (folder === undefined || folder.startsWith('--')) {
    console.error(
      `usage: npm run bench:${name} -- DIR [--results DIR] [--without PART,…] [--ablate]\n  DIR holds ${data}`,
    );
    process.exit(2);
  }
  return {
    folder,
    results: option('results'),
    without: option('without') === undefined ? NOTHING_OUT : partsNamed(option('without')!.split(',')),
    ablate: given.includes('--ablate'),
    flag: (wanted) => given.includes(`--${wanted}`),
    option,
  };
}
