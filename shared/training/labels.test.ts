import { aLabel } from './label.factory';
import { indexLabels, type Label, LabelsSchema } from './labels';

describe('labels', () => {
  const exclude = aLabel(50, 60, { verdict: 'exclude' });
  const long = aLabel(0, 100, { metric: 'a' });
  const index = indexLabels([aLabel(10, 20), exclude, long]);
  it.each<[string, string, string | undefined, number, Label | undefined]>([
    ['another source', 't', 'a', 15, undefined],
    ['a metric that is not meant', 's', 'b', 30, undefined],
    ['a metric that is meant', 's', 'a', 100, long],
    ['relations, which may be about any metric', 's', undefined, 30, long],
    ['an exclusion within a real one', 's', 'a', 55, exclude],
    ['after the end', 's', 'a', 101, undefined],
  ])('%s', (_, source, metric, at, expected) => {
    expect(index.at(source, metric, at)).toBe(expected);
  });

  const [real, false_, out] = (['real', 'false-alarm', 'exclude'] as const).map((verdict) => aLabel(0, 9, { verdict }));
  it.each<[string, readonly Label[], Label]>([
    ['real over a false alarm', [false_!, real!], real!],
    ['real over a false alarm, whichever is given first', [real!, false_!], real!],
    ['an exclusion over a false alarm', [false_!, out!], out!],
    ['an exclusion over both', [out!, real!, false_!], out!],
    ['a false alarm where nothing else is known', [false_!], false_!],
  ])('of two that overlap holds %s', (_, given, holds) => {
    expect(indexLabels(given).at('s', 'a', 5)).toBe(holds);
  });

  it('leave out the other metrics of a source while an injected fault is on one of them', () => {
    const injected = aLabel(0, 9, { metric: 'a', origin: 'injected', fault: 'spike' });
    const { at } = indexLabels([injected]);
    expect(at('s', 'a', 5)).toBe(injected);
    expect(at('s', undefined, 5)).toBe(injected);
    expect(at('s', 'b', 5)?.verdict).toBe('exclude');
    expect(at('s', 'b', 10)).toBeUndefined();
  });

  it('may exclude sources by a pattern, and a name with a star in it is a name', () => {
    const { at } = indexLabels([
      aLabel(0, 9, { source: 'pump-*', isPattern: true, verdict: 'exclude' }),
      aLabel(0, 9, { source: 'fan-*', verdict: 'exclude' }),
      aLabel(5, 7, { source: 'pump-1' }),
    ]);
    const verdicts = ['pump-1', 'pump-2', 'fan-1', 'fan-*'].map((source) => at(source, 'a', 6)?.verdict);
    expect(verdicts).toEqual(['exclude', 'exclude', undefined, 'exclude']);
  });

  it('are of people, and real, unless they say something else', () => {
    expect(LabelsSchema.parse([{ source: 's', from: 2e11, to: 3e11 }])).toEqual([aLabel(2e11, 3e11)]);
  });

  it.each<[string, unknown]>([
    ['to before from', [{ source: 's', from: 2e11, to: 1e11 }]],
    ['a verdict of another kind', [{ source: 's', from: 1e11, to: 2e11, verdict: 'maybe' }]],
    ['an origin of another kind', [{ source: 's', from: 1e11, to: 2e11, origin: 'rumour' }]],
    ['a window of many sources', [{ source: 'p*', from: 1e11, to: 2e11, isPattern: true }]],
    ['no list', { source: 's' }],
  ])('are refused: %s', (_, wire) => {
    expect(LabelsSchema.safeParse(wire).success).toBe(false);
  });
});
