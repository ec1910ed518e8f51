import fc from 'fast-check';
import { encodeFrame, FRAME_OVERHEAD_BYTES } from './frame';
import { type DamagedRange, FrameCursor } from './frame-cursor';

const SALT = 0x1234abcd;

function frameOf(sequence: number, body: string | Uint8Array, salt = SALT, key = 'pump-1'): Buffer {
  const data = Buffer.from(body);
  const frame = Buffer.alloc(FRAME_OVERHEAD_BYTES + Buffer.byteLength(key) + data.length);
  const content = { sequence, arrivalMs: 1_763_800_000_000, partitionKey: key, keyBytes: Buffer.byteLength(key), data };
  expect(encodeFrame(frame, 0, content, salt)).toBe(frame.length);
  return frame;
}

/** Walks a file that is read `step` bytes at a time. */
async function walk(file: Buffer, step = 1 << 20) {
  const damaged: DamagedRange[] = [];
  const read = async (offset: number, length: number) =>
    Buffer.from(file.subarray(offset, offset + Math.min(step, length)));
  const cursor = new FrameCursor(read, SALT, 0, 0, (range) => damaged.push(range));
  const found: string[] = [];
  do {
    for (let frame = cursor.next(); frame !== undefined; frame = cursor.next())
      found.push(`${frame.sequence} ${frame.partitionKey} ${frame.data.toString('latin1')}`);
  } while (await cursor.fill(file.length));
  return { found, damaged };
}

test('frames come back as they were written, however few bytes a read gives', async () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 });
  const keys = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(bodies, keys, fc.integer({ min: 1, max: 300 }), async (datas, key, step) => {
      const file = Buffer.concat(datas.map((data, i) => frameOf(i + 1, data, SALT, key)));
      const expected = datas.map((data, i) => `${i + 1} ${key} ${Buffer.from(data).toString('latin1')}`);
      expect(await walk(file, step)).toEqual({ found: expected, damaged: [] });
    }),
    { numRuns: 100, seed: 1 },
  );
});

test('any damage costs only the frames it touches, and is told with its place', async () => {
  const frames = ['one', 'two', 'three', 'four', 'five'].map((body, i) => frameOf(i + 1, body));
  const starts = frames.map((_, i) => Buffer.concat(frames.slice(0, i)).length);
  const all = ['1 pump-1 one', '2 pump-1 two', '3 pump-1 three', '4 pump-1 four', '5 pump-1 five'];
  const clean = Buffer.concat(frames);
  for (let at = 0; at < clean.length; at++) {
    const file = Buffer.from(clean);
    file[at] = file[at]! ^ 0x5a;
    const hit = starts.findLastIndex((start) => start <= at);
    const { found, damaged } = await walk(file, 64);
    expect(found).toEqual(all.filter((_, i) => i !== hit));
    expect(damaged).toEqual([{ offset: starts[hit], bytes: frames[hit]!.length }]);
  }
});

test('a length that promises more than the file holds hides nothing behind it', async () => {
  const lying = frameOf(1, 'lying');
  lying.writeUInt32BE(1_000_000, 4);
  const { found, damaged } = await walk(Buffer.concat([lying, frameOf(2, 'good')]));
  expect(found).toEqual(['2 pump-1 good']);
  expect(damaged).toEqual([{ offset: 0, bytes: lying.length }]);
});

test('a frame forged inside a record does not surface when the record is damaged', async () => {
  const forged = frameOf(7, 'forged', 0);
  const carrier = frameOf(1, forged);
  carrier[20] = carrier[20]! ^ 1;
  const { found } = await walk(Buffer.concat([carrier, frameOf(2, 'good')]));
  expect(found).toEqual(['2 pump-1 good']);
});

test('a frame that is older than the one before it is passed over', async () => {
  const { found, damaged } = await walk(
    Buffer.concat([frameOf(3, 'a'), frameOf(3, 'again'), frameOf(2, 'b'), frameOf(4, 'c')]),
  );
  expect(found).toEqual(['3 pump-1 a', '4 pump-1 c']);
  expect(damaged).toEqual([]);
});

test('no bytes make it throw or turn round for ever', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), async (noise, step) => {
      const magic = Buffer.from('TWL1');
      const { found } = await walk(Buffer.concat([noise, magic, noise, magic.subarray(0, 3)]), step);
      expect(found).toEqual([]);
    }),
    { numRuns: 100, seed: 2 },
  );
});
