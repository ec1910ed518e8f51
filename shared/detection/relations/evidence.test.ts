import { Evidence } from './evidence';

function evidenceOf(surprises: readonly number[], patienceRows = 200): Evidence {
  const evidence = new Evidence();
  for (const surprise of surprises) evidence.add(surprise, 1.3, patienceRows);
  return evidence;
}

const rows = (count: number, surprise: number) => Array<number>(count).fill(surprise);

describe('evidence', () => {
  it.each([
    ['calm', rows(500, 0.5), false, false],
    ['one wild row', [...rows(500, 0.5), 1000], false, false],
    ['suspicion after some strange rows', [...rows(500, 0.5), ...rows(20, 3)], true, false],
    ['calm again soon after them', [...rows(500, 0.5), ...rows(20, 3), ...rows(20, 0.5)], false, false],
    ['acceptance of what has lasted', [...rows(500, 0.5), ...rows(230, 3)], true, true],
  ])('%s', (_, surprises, hot, accepting) => {
    expect(evidenceOf(surprises)).toMatchObject({ hot, accepting });
  });

  it('waits no longer than the longest patience', () => {
    expect(evidenceOf(rows(2500, 3), 1e6).accepting).toBe(true);
  });

  it('scores what lasts above a single row', () => {
    expect(evidenceOf(rows(50, 2)).score(2)).toBeGreaterThan(evidenceOf(rows(50, 0.5)).score(2) * 1.5);
  });
});
