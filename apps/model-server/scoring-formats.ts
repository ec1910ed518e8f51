import { z } from 'zod';
import { decodeRows, encodeRows, MalformedRows } from '../../shared/adapters/sagemaker/number-rows';
import { FEATURES, type FeatureVector, type ModelScore } from '../../shared/detection/model';

/** The body is not what its content type promises; the message is for whoever sent it. */
export class UnusableBody extends Error {
  override readonly name = 'UnusableBody';
}

/** How vectors come and scores go in one content type. */
export interface ScoringFormat {
  readonly contentType: string;
  /** @throws {UnusableBody} naming row and column */
  read(body: Buffer): readonly FeatureVector[];
  write(scores: readonly ModelScore[]): string;
}

/** A row of features in the order of the schema, no header; answered by rows `anomaly,alarm`. */
const csv: ScoringFormat = {
  contentType: 'text/csv',
  read(body) {
    try {
      return decodeRows(body, FEATURES);
    } catch (cause) {
      if (cause instanceof MalformedRows) throw new UnusableBody(cause.message, { cause });
      throw cause;
    }
  },
  write: (scores) => encodeRows(scores.map(({ anomaly, alarm }) => [anomaly, alarm])),
};

const RequestSchema = z.object({
  instances: z.array(z.object({ features: z.array(z.number()).length(FEATURES.length) })),
});

/** `{"instances":[{"features":[…]}]}`, answered by `{"predictions":[{"anomaly":…,"alarm":…}]}`. */
const json: ScoringFormat = {
  contentType: 'application/json',
  read(body) {
    const parsed = RequestSchema.safeParse(parseJson(body));
    if (parsed.success) return parsed.data.instances.map(({ features }) => features);
    const issue = parsed.error.issues[0]!;
    const [list, row, , column] = issue.path;
    const message = issue.message.replace(/^Invalid input: /, '');
    if (typeof row !== 'number') throw new UnusableBody(`${String(list ?? 'the body')}: ${message}`);
    const feature = typeof column === 'number' ? `, column ${column + 1} (${FEATURES[column]})` : '';
    throw new UnusableBody(`row ${row + 1}${feature}: ${message}`);
  },
  write: (scores) => JSON.stringify({ predictions: scores }),
};

export const SCORING_FORMATS: ReadonlyMap<string, ScoringFormat> = new Map(
  [csv, json].map((format) => [format.contentType, format]),
);

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new UnusableBody(`not JSON: ${cause instanceof Error ? cause.message.slice(0, 120) : 'unreadable'}`, {
      cause,
    });
  }
}
