import { MINUTE_MS, open, point, START } from './series.factory';
import { openStillLearning } from './still-learning';

it('says how far each series is, until it has learnt enough', () => {
  const learning = openStillLearning();
  const detector = open();
  const take = (row: number, metrics: Record<string, number>) => {
    const observations = detector.advance(point(START + row * MINUTE_MS, metrics));
    for (const observation of observations) learning.see('pump-17', observation);
  };
  for (let row = 0; row < 7; row++) take(row, { flow: row % 3, speed: row % 5 });
  expect(learning.words(9)).toEqual(['pump-17 flow 7 of 20', 'pump-17 speed 7 of 20', 'pump-17 (relations) 7 of 60']);
  for (let row = 7; row < 19; row++) take(row, { flow: row % 3, speed: row % 5 });
  expect(learning.words(1)).toEqual(['pump-17 flow 19 of 20']);
  take(19, { flow: 1 });
  expect(learning.size).toBe(2);
  for (let row = 20; row < 61; row++) take(row, { flow: row % 3, speed: row % 5 });
  expect(learning.size).toBe(0);
});

it('knows a bounded number', () => {
  const learning = openStillLearning();
  const observation = open().advance(point(START, { flow: 1 }))[0]!;
  for (let k = 0; k < 10_002; k++) learning.see(`source-${k}`, observation);
  expect(learning.size).toBe(10_000);
  expect(learning.words(1)).toEqual(['source-2 flow 1 of 20']);
});
