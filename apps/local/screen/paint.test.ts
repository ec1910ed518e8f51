import { choosePaint, withColour, withoutColour } from './paint';

test.each<[string, boolean, Record<string, string>, typeof withColour]>([
  ['a terminal: colour', true, {}, withColour],
  ['a pipe: none', false, {}, withoutColour],
  ['NO_COLOR set: none', true, { NO_COLOR: '1' }, withoutColour],
  ['NO_COLOR empty: colour', true, { NO_COLOR: '' }, withColour],
  ['a dumb terminal: none', true, { TERM: 'dumb' }, withoutColour],
])('%s', (_, isTerminal, environment, expected) => {
  expect(choosePaint(isTerminal, environment)).toBe(expected);
});

test('colour is switched on and off again', () => {
  expect(withColour('bad', 'HIGH')).toBe('\u001b[31mHIGH\u001b[39m');
  expect(withColour('plain', 'text')).toBe('text');
});
