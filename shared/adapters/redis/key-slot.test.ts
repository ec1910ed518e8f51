import { keySlot } from './key-slot';

describe('the slot of a key', () => {
  it.each([
    // The check value of CRC-16/XMODEM.
    ['123456789', 0x31c3],
    ['{user1000}.following', keySlot('user1000')],
    ['tidewatch:{pump-17}', keySlot('pump-17')],
    ['foo{}{bar}', keySlot('foo{}{bar}')],
    ['foo{{bar}}zap', keySlot('{bar')],
    ['foo{bar}{zap}', keySlot('bar')],
    ['', 0],
  ])('%j lies in %i', (key, slot) => {
    expect(keySlot(key)).toBe(slot % 16_384);
  });

  it('does not stop at empty braces', () => {
    expect(keySlot('foo{}{bar}')).not.toBe(keySlot('bar'));
  });
});
