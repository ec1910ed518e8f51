import { createEntryEncoder, decodeEntry, fieldOfEntry } from './state-entry';

const FIELDS = new Map([
  ['checkpoint', Buffer.from('[]')],
  ['größe', Buffer.from([0, 255, 10])],
  ['', Buffer.alloc(0)],
]);

const encode = createEntryEncoder();

describe('a state entry', () => {
  it('comes back as it went in', () => {
    expect([...decodeEntry(encode(FIELDS))]).toEqual([...FIELDS]);
  });

  it('takes over the fields of the previous entry that are not written anew', () => {
    const previous = Buffer.from(encode(FIELDS));
    const entry = encode(new Map([['größe', Buffer.from('new')]]), previous);
    expect(Object.fromEntries(decodeEntry(entry))).toEqual({
      ...Object.fromEntries(FIELDS),
      größe: Buffer.from('new'),
    });
    expect(fieldOfEntry(entry, 'checkpoint')?.toString()).toBe('[]');
    expect(fieldOfEntry(entry, 'nothing')).toBeUndefined();
  });

  it('is refused when its layout is unknown', () => {
    const entry = encode(FIELDS);
    entry[0] = 9;
    expect(() => decodeEntry(entry)).toThrow('layout 9');
    expect(() => decodeEntry(Buffer.alloc(0))).toThrow('layout undefined');
  });

  it('is refused or read whole wherever it is cut, never read in part', () => {
    const entry = encode(FIELDS);
    for (let length = 1; length < entry.length; length++) {
      let fields: number | undefined;
      try {
        fields = decodeEntry(entry.subarray(0, length)).size;
      } catch (error) {
        expect((error as Error).message).toMatch(/middle of a field/);
      }
      if (fields !== undefined) expect([0, 1, 2]).toContain(fields);
    }
  });

  it('refuses a field name that its length cannot be written for', () => {
    expect(() => encode(new Map([['x'.repeat(70_000), Buffer.alloc(1)]]))).toThrow(RangeError);
  });
});
