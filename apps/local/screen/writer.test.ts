import { EventEmitter } from 'node:events';
import { openProgress, progressLine } from './progress';
import { openWriter, type ScreenStream } from './writer';

function stream(isTTY: boolean, log: string[] = []): ScreenStream & EventEmitter & { log: string[] } {
  return Object.assign(new EventEmitter(), { isTTY, columns: 80, log, write: (text: string) => log.push(text) });
}

test('lines push the status line down: it is erased before and drawn again after them', () => {
  const log: string[] = [];
  const writer = openWriter(stream(true, log), stream(true, log), () => {});
  writer.status('live 1');
  writer.print(['a', 'b']);
  writer.status('live 2');
  writer.close();
  const erase = '\r\u001b[2K';
  expect(log).toEqual([`${erase}live 1`, erase, 'a\nb\n', 'live 1', `${erase}live 2`, erase]);
});

test('without a terminal there are lines only, no status and no control characters', () => {
  const [output, terminal] = [stream(false), stream(false)];
  const writer = openWriter(output, terminal, () => {});
  writer.status('live 1');
  writer.print(['a']);
  writer.print([]);
  writer.close();
  expect(output.log).toEqual(['a\n']);
  expect(terminal.log).toEqual([]);
});

test('when the reader goes away, it is told once and nothing more is written', () => {
  const output = stream(false);
  const onBroken = jest.fn();
  const writer = openWriter(output, stream(true), onBroken);
  output.emit('error', new Error('EPIPE'));
  output.emit('error', new Error('EPIPE'));
  writer.print(['a']);
  expect(onBroken).toHaveBeenCalledTimes(1);
  expect(output.log).toEqual([]);
});

test.each<[string, number | undefined, number, number, string | undefined]>([
  ['a tenth passed: a line', 1_000, 90, 130, 'history: 13 % · 130 points'],
  ['no tenth passed: none', 1_000, 110, 130, undefined],
  ['the end: a line', 1_000, 999, 1_000, 'history: 100 % · 1,000 points'],
  ['no end known: a line for each million', undefined, 999_999, 1_000_001, 'history: 1,000,001 points'],
  ['nothing to do: none', 0, 0, 0, undefined],
])('progress without a terminal, %s', (_, total, before, done, expected) => {
  expect(progressLine({ title: 'history', total, unit: 'points' }, before, done)).toBe(expected);
});

test('progress is written as lines where there is no terminal', () => {
  const output = stream(false);
  const progress = openProgress(output as never, { title: 'history', total: 10, unit: 'points' });
  for (let done = 0; done <= 10; done += 5) progress.update(done);
  progress.stop();
  expect(output.log).toEqual(['history: 50 % · 5 points\n', 'history: 100 % · 10 points\n']);
});
