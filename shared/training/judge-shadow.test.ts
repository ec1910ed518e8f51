import { DEFAULT_SHADOW_RULES, judgeShadow } from './judge-shadow';
import type { ShadowCounts } from './ports';

const HOUR_MS = 3_600_000;
/** A week's worth of vectors of a challenger that does as the champion. */
const alike: ShadowCounts = { vectors: 50_000, both: 40, onlyChampion: 4, onlyChallenger: 4, failed: 0 };

describe('a challenger after a time beside the champion', () => {
  it.each<[string, Partial<ShadowCounts>, number, ReturnType<typeof judgeShadow>['verdict'], RegExp]>([
    ['that does as the champion goes live', {}, 24, 'go', /^44 alarms against the champion's 44 on 50000 vectors/],
    ['with no alarm beside none goes live', { both: 0, onlyChampion: 0, onlyChallenger: 0 }, 24, 'go', /^0 alarms/],
    ['with half the alarms goes live', { both: 20, onlyChampion: 24, onlyChallenger: 2 }, 24, 'go', /^22 alarms/],
    ['is waited for until it had a day', {}, 23.9, 'wait', /^23\.9 hours of 24\.0 hours; so far 44 alarms/],
    ['with few vectors is waited for', { vectors: 9_999 }, 100, 'wait', /^9999 vectors in 100\.0 hours say too little/],
    ['with few vectors after a week is refused', { vectors: 9_999 }, 168, 'refuse', /say too little; 10000 would/],
    ['with twice the alarms is refused', { onlyChallenger: 48 }, 24, 'refuse', /^too many alarms: 88 alarms against/],
    ['with twice the alarms is refused at once', { onlyChallenger: 48, vectors: 500 }, 1, 'refuse', /^too many alarms/],
    ['with half as many more goes live', { onlyChallenger: 26 }, 24, 'go', /^66 alarms/],
    [
      'with none where the champion has ten is refused',
      { both: 0, onlyChampion: 10, onlyChallenger: 0 },
      1,
      'refuse',
      /^no alarm at all/,
    ],
    [
      'with none where the champion has nine goes live',
      { both: 0, onlyChampion: 9, onlyChallenger: 0 },
      24,
      'go',
      /^0 alarms/,
    ],
    ['that cannot score is refused', { failed: 1 }, 1, 'refuse', /could not score 1 of 50000 vectors/],
  ])('%s', (_, changes, hours, verdict, reason) => {
    const decision = judgeShadow({ ...alike, ...changes }, hours * HOUR_MS);
    expect(decision.verdict).toBe(verdict);
    expect(decision.reasons).toEqual([expect.stringMatching(reason)]);
  });

  it.each([
    ['0 of the champion', 0, 9, 10],
    ['1 of the champion', 1, 10, 11],
    ['10 of the champion, which it shares', 10, 26, 27],
  ])('may by chance have some more than %s', (_, champion, most, tooMany) => {
    const verdictOf = (alarms: number) =>
      judgeShadow({ ...alike, both: champion, onlyChampion: 0, onlyChallenger: alarms - champion }, 24 * HOUR_MS)
        .verdict;
    expect([verdictOf(most), verdictOf(tooMany)]).toEqual(['go', 'refuse']);
  });

  it('is told all that speaks against it', () => {
    expect(judgeShadow({ ...alike, onlyChallenger: 500, failed: 3 }, HOUR_MS).reasons).toHaveLength(2);
  });

  it('is judged by other rules where they are given', () => {
    const strict = { ...DEFAULT_SHADOW_RULES, alarmsTimesMax: 1, vectorsMin: 1, msMin: 0 };
    expect(judgeShadow({ ...alike, onlyChallenger: 26 }, 0, strict).verdict).toBe('refuse');
    expect(judgeShadow(alike, 0, strict).verdict).toBe('go');
  });
});
