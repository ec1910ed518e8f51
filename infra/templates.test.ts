import { synthesized } from './testing/synthesized';

const { stacks } = synthesized();

/** A resource a line, so that a change shows by resource. */
test.each(stacks.map((one) => [one.stack.stackName, one] as const))('the template of %s', (_, { template }) => {
  const { Resources, ...rest } = template;
  const lines = Object.entries(Resources).map(([id, resource]) => `${id}: ${JSON.stringify(resource)}`);
  expect([...lines, JSON.stringify(rest)].join('\n')).toMatchSnapshot();
});

test('the same templates come out a second time, in another folder, at another time', () => {
  jest.useFakeTimers({ now: Date.UTC(2001, 1, 1) });
  try {
    expect(synthesized().stacks.map(({ template }) => template)).toEqual(stacks.map(({ template }) => template));
  } finally {
    jest.useRealTimers();
  }
});
