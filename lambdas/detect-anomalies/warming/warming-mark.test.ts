import { decodeMark, encodeMark } from './warming-mark';

test.each([[{ left: 100, isPending: false }], [{ left: 1, isPending: true }]])(
  'a mark comes back as it was: %j',
  (mark) => {
    expect(decodeMark(encodeMark(mark))).toEqual(mark);
  },
);

test.each([
  ['nothing', undefined],
  ['a mark that ran out', encodeMark({ left: 0, isPending: true })],
  ['bytes of something else', new Uint8Array([0xff, 0, 7])],
])('%s is no mark', (_, saved) => {
  expect(decodeMark(saved)).toBeUndefined();
});
