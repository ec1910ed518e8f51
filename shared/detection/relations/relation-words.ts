import type { Contribution } from '../../domain/anomaly-event';
import type { RelationDetector, RelationReading } from './relation-detector';

/** Correlation given all other metrics from which people would say that one follows the other. */
const PARTNER_CORRELATION = 0.2;
const REASONS_MAX = 3;
const SHARE_MIN = 0.1;

/**
 * Why the row advanced last is strange, in words: the metric with the largest share, then up to two others with a tenth at
 * least. To be asked before the next row is advanced. Allocates; for rows that people see.
 */
export function relationReasons(detector: RelationDetector, reading: RelationReading): Contribution[] {
  return detector.names
    .map((name, place) => ({ name, place, share: Math.min(1, reading.contributions[place]!) }))
    .sort((a, b) => b.share - a.share)
    .filter(({ share }, rank) => rank === 0 || share >= SHARE_MIN)
    .slice(0, REASONS_MAX)
    .map(({ name, place, share }) => ({ name, share, words: wordsOf(detector, place) }));
}

function wordsOf(detector: RelationDetector, place: number): string {
  const name = detector.names[place]!;
  const fluctuation = detector.fluctuation(place);
  if (fluctuation > 0) return `${name} fluctuates more than it used to`;
  if (fluctuation < 0) return `${name} fluctuates less than it used to`;
  const partner = partnerOf(detector, place);
  return partner === undefined ? `${name} is unusual beside the other metrics` : `${name} no longer follows ${partner}`;
}

/** The metric that this one used to go with most closely when all others are held fixed. */
function partnerOf(detector: RelationDetector, place: number): string | undefined {
  let strongest = PARTNER_CORRELATION;
  let partner: string | undefined;
  detector.names.forEach((name, other) => {
    if (other === place) return;
    const strength = Math.abs(detector.partialCorrelation(place, other));
    if (strength <= strongest) return;
    strongest = strength;
    partner = name;
  });
  return partner;
}
