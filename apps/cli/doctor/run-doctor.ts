import { homedir } from 'node:os';
import { EXIT } from '../exit-codes';
import type { Finding } from './finding';
import { dataFolder, listening, nativePackage, nodeVersion } from './needed';
import { awsCredentials, optionalPrograms } from './optional';

export interface DoctorOptions {
  readonly data: string;
  readonly http?: number;
  readonly json?: boolean;
}

/** The command `doctor`: looks, reports, exit code back. */
export async function runDoctor(options: DoctorOptions): Promise<number> {
  const needed = [
    nodeVersion(process.versions.node),
    await nativePackage('@duckdb/node-api', 'stores points and anomalies', () => import('@duckdb/node-api')),
    await nativePackage('lmdb', 'keeps what is learnt of each source', () => import('lmdb')),
    ...(await dataFolder(options.data)),
    await listening(0),
    ...(options.http === undefined ? [] : [await listening(options.http)]),
  ];
  const optional = [...optionalPrograms(process.env), awsCredentials(process.env, homedir())];
  const isFit = needed.every(({ state }) => state === 'ok');
  process.stdout.write(
    options.json ? `${JSON.stringify({ isFit, needed, optional }, null, 2)}\n` : reportText(needed, optional, isFit),
  );
  return isFit ? EXIT.ok : EXIT.failed;
}

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: 'ok', missing: 'MISSING', absent: '-' };

/** Findings as a table for people; what to do stands below what it is about. */
export function reportText(needed: readonly Finding[], optional: readonly Finding[], isFit: boolean): string {
  const section = (findings: readonly Finding[]) =>
    findings.flatMap(({ name, state, detail, remedy }) => [
      `  ${MARKS[state].padEnd(8)} ${name.padEnd(17)} ${detail}`,
      ...(remedy === undefined ? [] : [`${' '.repeat(29)}→ ${remedy}`]),
    ]);
  const verdict = isFit ? 'Everything needed is there.' : 'Something needed is missing: see above.';
  return [`Needed`, ...section(needed), '', 'Optional', ...section(optional), '', verdict, ''].join('\n');
}
