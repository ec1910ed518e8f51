import type { PastScore } from '../../../shared/detection/ports';

/** Neighbouring rows of one series and one way of judging, on one line: names once, numbers of each row. */
interface Line extends Pick<PastScore, 'source' | 'metric' | 'model' | 'settings'> {
  readonly rows: (readonly [timestamp: number, anomalyScore: number, alarmScore: number, isAnomaly: 0 | 1])[];
}

/** Scores as NDJSON. */
export async function* linesOfScores(scores: AsyncIterable<readonly PastScore[]>): AsyncGenerator<string> {
  for await (const some of scores) {
    const lines: Line[] = [];
    for (const { timestamp, anomalyScore, alarmScore, isAnomaly, ...names } of some) {
      let line = lines.at(-1);
      if (line === undefined || !isAlike(line, names)) {
        line = { ...names, rows: [] };
        lines.push(line);
      }
      line.rows.push([timestamp, anomalyScore, alarmScore, isAnomaly ? 1 : 0]);
    }
    if (lines.length > 0) yield `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
  }
}

export function scoresOfLine(text: string): PastScore[] {
  const { rows, ...names } = JSON.parse(text) as Line;
  return rows.map(([timestamp, anomalyScore, alarmScore, isAnomaly]) => {
    return { ...names, timestamp, anomalyScore, alarmScore, isAnomaly: isAnomaly === 1 };
  });
}

function isAlike(line: Line, { source, metric, model, settings }: Omit<Line, 'rows'>): boolean {
  return line.source === source && line.metric === metric && line.model === model && line.settings === settings;
}
