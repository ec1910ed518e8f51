import { crc32, tableCrc32 } from './crc32';

const CHECK = Buffer.from('123456789');

test.each([
  ['what Node offers', crc32],
  ['the table', tableCrc32],
])('%s gives the published check value', (_, crc) => {
  expect(crc(CHECK, 0)).toBe(0xcbf43926);
});

test('a seed continues where an earlier part ended, and changes the result', () => {
  for (const crc of [crc32, tableCrc32]) {
    expect(crc(CHECK.subarray(4), crc(CHECK.subarray(0, 4), 0))).toBe(0xcbf43926);
    expect(crc(CHECK, 7)).not.toBe(0xcbf43926);
  }
});
