import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KeptSettings } from '../../../shared/detection/settings-store';
import { stableId } from '../../../shared/domain/ids';
import type { GroupThreshold } from '../../../shared/training/thresholds/apply-thresholds';
import type { Findings } from '../../../shared/training/thresholds/propose-thresholds';
import { UsageError } from '../exit-codes';

const GroupSchema = z.object({
  pattern: z.string().min(1),
  because: z.enum(['asked', 'override', 'name']),
  sources: z.array(z.string()).min(1),
  /** In force when it was made, for people. */
  was: z.string(),
  /** Absent: it stays as it is. */
  threshold: z.number().gt(0).lt(1).optional(),
  why: z.array(z.string()),
});

/** A proposal as it is kept: what to change, of which settings, and everything that speaks for it. */
const ProposalSchema = z.object({
  format: z.literal('tidewatch-threshold-proposal'),
  formatVersion: z.literal(1),
  madeAt: z.string(),
  /** It is applied to these settings and no others. */
  settings: z.object({ where: z.string(), version: z.number().int(), fingerprint: z.string() }),
  /** Of the data that it looked at. */
  from: z.string(),
  to: z.string(),
  groups: z.array(GroupSchema),
  /** For people and programs; not read again. */
  findings: z.unknown(),
});
export type Proposal = z.output<typeof ProposalSchema>;

export interface ProposalParts {
  readonly now: number;
  readonly settings: KeptSettings;
  readonly where: string;
  readonly from: number;
  readonly to: number;
  readonly findings: Findings;
}

export function proposalOf({ now, settings, where, from, to, findings }: ProposalParts): Proposal {
  const instant = (ms: number) => new Date(ms).toISOString();
  return {
    ...{ format: 'tidewatch-threshold-proposal', formatVersion: 1, madeAt: instant(now) },
    settings: { where, version: settings.version, fingerprint: fingerprintOf(settings) },
    ...{ from: instant(from), to: instant(to) },
    groups: findings.groups.map(({ group, inForce, choice }) => ({
      ...{ pattern: group.pattern, because: group.because, sources: [...group.sources] },
      ...{ was: inForceWords(inForce), why: [...choice.why] },
      ...(choice.threshold === undefined ? {} : { threshold: choice.threshold }),
    })),
    findings,
  };
}

/** @throws {UsageError} if there is none, or it is none of ours */
export function readProposal(file: string): Proposal {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT'
        ? `${file} is not there: tidewatch threshold propose makes it`
        : `${file} cannot be read: ${code}`,
    );
  }
  const parsed = ProposalSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${file} is no proposal: ${issue?.path.join('.')}: ${issue?.message}`);
}

export function thresholdsOf({ groups }: Proposal): readonly GroupThreshold[] {
  return groups.map(({ pattern, because, sources, threshold }) => ({
    group: { pattern, because, sources },
    threshold,
  }));
}

/** Of what a document says: also somebody's edit that left the number as it was makes other settings of it. */
export function fingerprintOf({ document }: KeptSettings): string {
  return stableId('settings', JSON.stringify(document));
}

export function inForceWords({
  thresholds,
  falseAlarmsPerWeek,
}: {
  readonly thresholds: readonly number[];
  readonly falseAlarmsPerWeek?: number;
}): string {
  if (falseAlarmsPerWeek !== undefined) {
    const usual = thresholds[0] === undefined ? '' : ` (usually ${thresholds[0].toFixed(2)})`;
    return `by ${falseAlarmsPerWeek} false alarms a week${usual}`;
  }
  return thresholds.length === 1 ? String(thresholds[0]) : `${thresholds[0]} to ${thresholds.at(-1)}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
