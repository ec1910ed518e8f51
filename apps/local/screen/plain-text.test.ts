import fc from 'fast-check';
import { cut, pad, plainText, widthOf } from './plain-text';

test.each<[string, string, string]>([
  ['an escape sequence', 'a\u001b[2Jb', 'a�[2Jb'],
  ['a line break', 'a\r\nb', 'a��b'],
  ['a direction override', 'a\u202eb', 'a�b'],
  ['a zero-width joiner', 'a\u200db', 'a�b'],
  ['a C1 control', 'a\u009bb', 'a�b'],
  ['a lone surrogate', 'a\ud800b', 'a�b'],
  ['private use', 'a\ue000b', 'a�b'],
  ['a tower of marks', `a${'\u0301'.repeat(50)}b`, 'a\u0301\u0301b'],
  ['ordinary names of any script', 'насос-07 泵 مضخة é', 'насос-07 泵 مضخة é'],
])('plain text of %s is harmless', (_, text, expected) => {
  expect(plainText(text)).toBe(expected);
});

test.each<[string, number]>([
  ['', 0],
  ['pump', 4],
  ['泵', 2],
  ['e\u0301', 1],
  ['🚰', 2],
  ['▁█', 2],
  ['насос', 5],
])('%j is %d columns wide', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test.each<[string, number, string]>([
  ['pump-07', 7, 'pump-07'],
  ['pump-07', 6, 'pump-…'],
  ['泵泵泵', 4, '泵…'],
  ['pump', 1, '…'],
  ['pump', 0, ''],
])('%j cut to %d columns is %j', (text, columns, expected) => {
  expect(cut(text, columns)).toBe(expected);
});

test('padding fills on either side', () => {
  expect(pad('泵', 4)).toBe('泵  ');
  expect(pad('泵', 4, 'right')).toBe('  泵');
});

test('whatever the text, a cut is never wider than asked and plain text never holds a control', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(30), (text, columns) => {
      const plain = plainText(text);
      expect(widthOf(cut(plain, columns))).toBeLessThanOrEqual(columns);
      expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }),
    { seed: 1 },
  );
});
