import { judgeSoak, type SoakRun } from './judge-soak';

const GOOD: SoakRun = {
  ...{ metrics: 3, bytesMost: 14_200, bytesFirst: 13_800, bytesLast: 13_700 },
  alarms: new Map([
    ['calm', 2.4],
    ['relations', 4.8],
  ]),
};

test.each<[string, Partial<SoakRun>, readonly string[]]>([
  ['a run that keeps every promise breaks none', {}, []],
  [
    'a state that is larger than costs say is told',
    { bytesMost: 14_500 },
    ['a state takes 14500 bytes, where costs count 13160 for 3 metrics'],
  ],
  [
    'so are states that grow from week to week',
    { bytesLast: 14_100 },
    ['states grow from 13800 bytes after the first week to 14100'],
  ],
  [
    'so is a kind of series that alarms too often',
    {
      alarms: new Map([
        ['calm', 1.4],
        ['rhythm', 6.1],
      ]),
    },
    ['rhythm: 6.10 false alarms a week, more than 6'],
  ],
  [
    'so are all kinds together',
    {
      alarms: new Map([
        ['calm', 3.9],
        ['rhythm', 4.2],
      ]),
    },
    ['4.05 false alarms a week in the mean, more than 4'],
  ],
])('%s', (_, more, problems) => {
  expect(judgeSoak({ ...GOOD, ...more }, { alarmsMax: 6, alarmsMeanMax: 4 })).toEqual(problems);
});
