import { HOUR_MS, type PlaceRequest, type SourcePlaces } from '../../shared/detection/source-places';
import { ARRIVAL } from '../../test/factories/records';
import { renewalDay } from './budget';
import { rememberingAdmissions, rememberingRefusals } from './refusals';

const HOUR = HOUR_MS * Math.ceil(ARRIVAL / HOUR_MS);
const request = (source: string, more: Partial<PlaceRequest> = {}): PlaceRequest => ({
  ...{ source, first: HOUR, last: HOUR, series: 1, known: 0, renews: true },
  ...more,
});

/** An account that gives so many places beyond what is known, and what it was asked. */
function account(free: number) {
  const asked: string[] = [];
  const inner: SourcePlaces = {
    take: async (requests) => {
      asked.push(...requests.map(({ source }) => source));
      return requests.map(({ series, known }) => Math.min(series, known + free));
    },
    taken: async () => 7,
    close: async () => {},
  };
  return { asked, places: rememberingRefusals(inner), admitting: rememberingAdmissions(inner) };
}

test.each<
  [
    says: string,
    free: number,
    first: Partial<PlaceRequest>,
    again: Partial<PlaceRequest>,
    answer: number,
    asks: boolean,
  ]
>([
  ['who was refused is not asked for again in the hour', 0, {}, { first: HOUR + HOUR_MS - 1 }, 0, false],
  ['nor of an hour before', 0, {}, { first: HOUR - 1 }, 0, false],
  ['but in the next one', 0, {}, { first: HOUR + HOUR_MS }, 0, true],
  ['who got what was asked for is asked for as ever', 1, {}, {}, 1, true],
  [
    'a source that lacks some has those that it got',
    1,
    { series: 3 },
    { series: 2, known: 1, renews: false },
    1,
    false,
  ],
  ['and no more than it asks for', 2, { series: 5, known: 1 }, { series: 2, known: 1, renews: false }, 2, false],
  [
    'also where what it got was lost before it was noted',
    1,
    { series: 3, known: 1 },
    { series: 3, known: 1, renews: false },
    2,
    false,
  ],
  ['one whose places are to be renewed is asked for', 0, { series: 2, known: 1 }, { series: 2, known: 1 }, 1, true],
  ['one that has a memory by now is asked for', 0, {}, { series: 1, known: 1 }, 1, true],
])('%s', async (_, free, first, again, answer, asks) => {
  const { asked, places } = account(free);
  await places.take([request('a', first)]);
  expect(await places.take([request('b'), request('a', again), request('c')])).toEqual([
    Math.min(1, free),
    answer,
    Math.min(1, free),
  ]);
  expect(asked).toEqual(asks ? ['a', 'b', 'a', 'c'] : ['a', 'b', 'c']);
});

test('what it remembers is bounded, and the rest of an account is as it was', async () => {
  const { asked, places } = account(0);
  const names = Array.from({ length: 50_001 }, (_, i) => `name-${i}`);
  await places.take(names.map((name) => request(name)));
  await places.take([request('name-50000'), request('name-0')]);
  expect(asked.slice(names.length)).toEqual(['name-0']);
  expect(await places.taken()).toBe(7);
});

describe('who found a place, where no state says so', () => {
  const DAY_MS = 24 * HOUR_MS;
  /** Of the last hour of the day that this source's places are renewed by. */
  const eve = Array.from({ length: 24 }, (_, hour) => HOUR + hour * HOUR_MS).find(
    (at) => renewalDay('a', at + HOUR_MS) > renewalDay('a', at),
  )!;

  test.each<[says: string, free: number, again: number, asks: boolean]>([
    ['is not asked for again on that day', 1, eve, false],
    ['nor for points of a day before', 1, eve - 3 * DAY_MS, false],
    ['but on the next one, so that the place is kept', 1, eve + HOUR_MS, true],
    ['is asked for again if there was none', 0, eve, true],
  ])('%s', async (_, free, again, asks) => {
    const { asked, admitting } = account(free);
    await admitting.take([request('a', { first: eve, last: eve })]);
    const answers = await admitting.take([request('b'), request('a', { first: again, last: again })]);
    expect(answers).toEqual([free, free]);
    expect(asked).toEqual(asks ? ['a', 'b', 'a'] : ['a', 'b']);
  });

  test('is remembered of so many', async () => {
    const { asked, admitting } = account(1);
    const names = Array.from({ length: 50_001 }, (_, i) => `name-${i}`);
    await admitting.take(names.map((name) => request(name)));
    await admitting.take([request('name-50000'), request('name-0')]);
    expect(asked.slice(names.length)).toEqual(['name-0']);
  });
});
