import { encodeCommands } from './pipeline';

describe('a pipeline on the wire', () => {
  it.each<[string, readonly (string | Buffer | number)[], string]>([
    ['no argument', [], '*1\r\n$2\r\nDO\r\n'],
    ['text and a number', ['key', 12.5], '*3\r\n$2\r\nDO\r\n$3\r\nkey\r\n$4\r\n12.5\r\n'],
    ['text in bytes, not in characters', ['ü🌊'], '*2\r\n$2\r\nDO\r\n$6\r\nü🌊\r\n'],
    ['nothing as an argument', ['', Buffer.alloc(0)], '*3\r\n$2\r\nDO\r\n$0\r\n\r\n$0\r\n\r\n'],
    ['a text of many signs', ['x'.repeat(100)], `*2\r\n$2\r\nDO\r\n$100\r\n${'x'.repeat(100)}\r\n`],
    ['a short text that is ASCII up to its end', ['pump-é'], '*2\r\n$2\r\nDO\r\n$7\r\npump-é\r\n'],
    ['ten arguments', Array.from({ length: 10 }, () => 'a'), `*11\r\n$2\r\nDO\r\n${'$1\r\na\r\n'.repeat(10)}`],
    ['line ends within', ['a\r\nb'], '*2\r\n$2\r\nDO\r\n$4\r\na\r\nb\r\n'],
  ])('has %s', (_, args, expected) => {
    expect(encodeCommands([{ key: '', name: 'DO', args }]).toString()).toBe(expected);
  });

  it('has every byte of a buffer as it is', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const wire = encodeCommands([{ key: '', name: 'DO', args: [all] }]);
    expect(wire.subarray(-258, -2).equals(all)).toBe(true);
  });

  it('is written to memory that is given, where that is enough', () => {
    const commands = [{ key: '', name: 'DO', args: ['key', 'value'] }];
    const plain = encodeCommands(commands);
    const room = new ArrayBuffer(1_000);
    const wire = encodeCommands(commands, room);
    expect([wire.buffer, wire.toString()]).toEqual([room, plain.toString()]);
    expect(encodeCommands(commands, new ArrayBuffer(10)).toString()).toBe(plain.toString());
  });

  it('has room for names that grow most in UTF-8, and for the longest numbers', () => {
    const commands = Array.from({ length: 50 }, () => ({
      key: '',
      name: 'DO',
      args: ['界'.repeat(256), -1.7976931348623157e308],
    }));
    const wire = encodeCommands(commands);
    expect(wire.length).toBe(50 * encodeCommands(commands.slice(0, 1)).length);
    expect(wire.subarray(-2).toString()).toBe('\r\n');
  });
});
