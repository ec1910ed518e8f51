import fc from 'fast-check';
import { readAction, signAction } from './action-token';

const KEY = 'a-key-of-at-least-32-characters-....';
const OLD = 'the-key-before-of-32-characters-....';
const NOW = Date.UTC(2026, 10, 22, 13);
const grant = {
  target: { shown: ['a1', 'b2'], telling: { groupKey: 'g', transition: 3, receiver: 'ops' } },
  to: 'oncall@example.com',
  until: NOW + 60_000,
};

test('a signed grant is read until its time is over', () => {
  const token = signAction(grant, [KEY]);
  expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
  expect(readAction(token, [KEY], NOW)).toEqual(grant);
  expect(readAction(token, [KEY], grant.until - 1)).toEqual(grant);
  expect(readAction(token, [KEY], grant.until)).toBeUndefined();
});

test('keys can be changed: what the key before signed is accepted as long as it is known', () => {
  const token = signAction(grant, [OLD]);
  expect(readAction(token, [KEY, OLD], NOW)).toEqual(grant);
  expect(readAction(token, [KEY], NOW)).toBeUndefined();
});

test('whatever is changed about a token, it grants nothing', () => {
  const token = signAction(grant, [KEY]);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.=%'), (at, character) => {
      const changed = token.slice(0, at) + character + token.slice(at + 1);
      const read = readAction(changed, [KEY], NOW);
      // The last character of base64 has bits that say nothing.
      expect(read === undefined || (at === token.length - 1 && read.to === grant.to) || changed === token).toBe(true);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test.each(['', '.', 'a.b', `${'a'.repeat(9_000)}.b`, 'a.b.c', '..', '{}.{}'])('%j grants nothing', (token) => {
  expect(readAction(token, [KEY], NOW)).toBeUndefined();
});
