import { groupOf, OTHER_SOURCES } from './source-groups';

describe('sources are told together', () => {
  it.each<[string, string, readonly string[] | undefined, string]>([
    ['by their names without the number', 'pump-17', undefined, 'pump'],
    ['by their names alone where they have no number', 'payment-api', undefined, 'payment-api'],
    ['whatever stands before the number', 'site/pump:03', undefined, 'site/pump'],
    ['as others where the name is a number', '4711', undefined, OTHER_SOURCES],
    ['by the first pattern that fits', 'pump-17', ['fan-*', 'pump-1*', 'pump-*'], 'pump-1*'],
    ['as others where no pattern fits', 'valve-1', ['fan-*'], OTHER_SOURCES],
  ])('%s', (_, source, patterns, group) => {
    expect(groupOf(source, patterns)).toBe(group);
  });
});
