import { describeSeries, PROFILES, scoreNab, scoreNabByOthers } from './nab-score';

const ROWS = 100;
const MINUTE = (row: number) => new Date(Date.UTC(2024, 0, 1, 0, row)).toISOString().slice(0, 19).replace('T', ' ');
const TIMES = Array.from({ length: ROWS }, (_, row) => MINUTE(row));
const series = (name: string) =>
  describeSeries(name, TIMES, new Float64Array(ROWS), [[`${MINUTE(40)}.000000`, `${MINUTE(49)}.000000`]]);
const [STANDARD, LOW_FALSE, LOW_MISSED] = PROFILES as [
  (typeof PROFILES)[number],
  (typeof PROFILES)[number],
  (typeof PROFILES)[number],
];
/** Scores that are 1 in these rows. */
const speaking = (...rows: number[]) => Float64Array.from(TIMES, (_, row) => (rows.includes(row) ? 1 : 0));

describe('the score of the benchmark', () => {
  const corpus = [series('a/one.csv')];

  it('is 0 for silence and 100 for an alarm in the first row of every window', () => {
    expect(scoreNab(corpus, [speaking()], STANDARD, 0.5).score).toBeCloseTo(0, 12);
    expect(scoreNab(corpus, [speaking(40)], STANDARD, 0.5).score).toBeCloseTo(100, 12);
  });

  it('gives less for a later alarm in the window, and nothing more for a second one', () => {
    const late = scoreNab(corpus, [speaking(48)], STANDARD, 0.5).score;
    expect(late).toBeGreaterThan(50);
    expect(late).toBeLessThan(80);
    expect(scoreNab(corpus, [speaking(48, 49)], STANDARD, 0.5).score).toBeCloseTo(late, 12);
  });

  it('takes the full price for a false alarm far from any window, twice as much where those count twice', () => {
    expect(scoreNab(corpus, [speaking(20, 40)], STANDARD, 0.5).score).toBeCloseTo(100 - 11 / 2, 12);
    expect(scoreNab(corpus, [speaking(20, 40)], LOW_FALSE, 0.5).score).toBeCloseTo(100 - 22 / 2, 12);
    expect(scoreNab(corpus, [speaking(20, 40)], LOW_MISSED, 0.5).score).toBeCloseTo(100 - 11 / 3, 12);
  });

  it('does not judge the rows in which a detector may settle', () => {
    expect(scoreNab(corpus, [speaking(0, 14, 40)], STANDARD, 0.5).score).toBeCloseTo(100, 12);
  });

  it('finds the threshold that is best for all series together', () => {
    const scores = Float64Array.from(TIMES, (_, row) => (row === 40 ? 0.7 : row === 20 ? 0.6 : 0));
    expect(scoreNab(corpus, [scores], STANDARD)).toMatchObject({ threshold: 0.7, windowsFound: 1, falseRows: 0 });
  });

  it('judges each category at the threshold that is best for the others', () => {
    const both = [series('a/one.csv'), series('b/two.csv')];
    const strong = Float64Array.from(TIMES, (_, row) => (row === 40 ? 0.9 : 0));
    const weak = Float64Array.from(TIMES, (_, row) => (row === 40 ? 0.6 : 0));
    expect(scoreNab(both, [strong, weak], STANDARD).score).toBeCloseTo(100, 12);
    // At 0.9 the weak one is missed; at 0.6 the strong one is found.
    expect(scoreNabByOthers(both, [strong, weak], STANDARD).score).toBeCloseTo(50, 12);
  });
});
