import { sourceKey } from './source-key';

describe('the key of a source', () => {
  it.each([
    ['pump-17', 'tidewatch:{pump-17}'],
    ['水温', 'tidewatch:{水温}'],
    ['a}b{c', 'tidewatch:{a%7d;b%7b;c}'],
    ['two words\n', 'tidewatch:{two%20;words%a;}'],
    ['100%', 'tidewatch:{100%25;}'],
    ['\ud800', 'tidewatch:{%d800;}'],
    ['🌊', 'tidewatch:{🌊}'],
  ])('of %j is %s', (source, key) => {
    expect(sourceKey('tidewatch', source)).toBe(key);
  });

  it('differs for names that look alike once written', () => {
    const names = ['{', '%7b;', '%7b', '%', '%25;7b;', '\ud800', '\ud801', '\ufffd', ' ', '\u00a0', ''];
    expect(new Set(names.map((name) => sourceKey('t', name))).size).toBe(names.length);
  });
});
