import { clock, duration, measuredNumber, wholeNumber } from './numbers';

test.each<[number, number | undefined, string]>([
  [71.23456, 4.6, '71.2'],
  [71.23456, 46, '71'],
  [71.23456, 0.046, '71.235'],
  [71.23456, undefined, '71.23'],
  [-0.04, 10, '0'],
  [-71.23456, 4.6, '-71.2'],
  [1234567.8, 1000, '1,234,568'],
  [1234567.8, 0, '1,234,568'],
  [0, undefined, '0'],
  [0, 4.6, '0.0'],
  [1e300, 1, '1.000e+300'],
  [3e-7, undefined, '3.000e-7'],
  [0.02, undefined, '0.02000'],
])('%d beside a band of %p is shown as %s', (value, bandWidth, expected) => {
  expect(measuredNumber(value, bandWidth)).toBe(expected);
});

test.each<[number, string]>([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [12345678, '12,345,678'],
])('%d is shown as %s', (value, expected) => {
  expect(wholeNumber(value)).toBe(expected);
});

test.each<[number, string]>([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [4_230, '4.2 s'],
  [59_960, '1 min'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [86_400_000 * 3 + 4 * 3_600_000, '3 d 4 h'],
  [-5_000, '-5.0 s'],
])('%d ms are %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

test('a clock shows UTC, with its date when asked', () => {
  expect(clock(Date.UTC(2026, 10, 22, 13, 4, 55))).toBe('13:04:55');
  expect(clock(Date.UTC(2026, 10, 22, 13, 4, 55), true)).toBe('2026-11-22 13:04:55');
});
