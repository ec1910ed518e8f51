import { timestampParser } from './timestamps';

describe('timestamps as files have them', () => {
  const iso = (text: string, zone?: string) => {
    const ms = timestampParser(zone)(text);
    return Number.isNaN(ms) ? 'none' : new Date(ms).toISOString();
  };

  test.each([
    ['2014-04-01 13:05:09', '2014-04-01T13:05:09.000Z'],
    ['2014-04-01T13:05:09Z', '2014-04-01T13:05:09.000Z'],
    ['2014-04-01T13:05:09.123456+02:00', '2014-04-01T11:05:09.123Z'],
    ['2014-04-01T13:05:09,5-0330', '2014-04-01T16:35:09.500Z'],
    ['2014-04-01 13:05:09+02', '2014-04-01T11:05:09.000Z'],
    ['2014-04-01 13:05 UTC', '2014-04-01T13:05:00.000Z'],
    [' 2014/4/1 ', '2014-04-01T00:00:00.000Z'],
    ['2012-02-29', '2012-02-29T00:00:00.000Z'],
    ['2014-04-01T00:00:00.29', '2014-04-01T00:00:00.290Z'],
    ['1396357509', '2014-04-01T13:05:09.000Z'],
    ['1396357509.25', '2014-04-01T13:05:09.250Z'],
    ['1.396357509e9', '2014-04-01T13:05:09.000Z'],
    ['1396357509123', '2014-04-01T13:05:09.123Z'],
    ['1396357509123456', '2014-04-01T13:05:09.123Z'],
    ['1396357509123456789', '2014-04-01T13:05:09.123Z'],
    ['0', '1970-01-01T00:00:00.000Z'],
    ['2014-02-29', 'none'],
    ['2014-13-01', 'none'],
    ['2014-01-01 24:00:00', 'none'],
    ['2014-01-01 12', 'none'],
    ['2014-01/01', 'none'],
    ['Jan 1 2000', 'none'],
    ['1e300', 'none'],
    ['NaN', 'none'],
    ['', 'none'],
  ])('%p is %s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  test.each([
    ['Europe/Berlin', '2014-01-01 12:00:00', '2014-01-01T11:00:00.000Z'],
    ['Europe/Berlin', '2014-07-01 12:00:00', '2014-07-01T10:00:00.000Z'],
    ['Europe/Berlin', '2014-03-30 01:59:59', '2014-03-30T00:59:59.000Z'],
    ['Europe/Berlin', '2014-03-30 03:00:00', '2014-03-30T01:00:00.000Z'],
    // Does not occur; clocks went from 02:00 to 03:00.
    ['Europe/Berlin', '2014-03-30 02:30:00', '2014-03-30T01:30:00.000Z'],
    // Occurs twice; the first is meant.
    ['Europe/Berlin', '2014-10-26 02:30:00', '2014-10-26T00:30:00.000Z'],
    ['Europe/Berlin', '2014-10-26 03:00:00', '2014-10-26T02:00:00.000Z'],
    ['Asia/Kathmandu', '2014-07-01 05:45:00', '2014-07-01T00:00:00.000Z'],
    ['Pacific/Kiritimati', '2014-07-01 00:00:00', '2014-06-30T10:00:00.000Z'],
    ['America/New_York', '2014-07-01 00:00:00Z', '2014-07-01T00:00:00.000Z'],
  ])('in %s, %s is %s', (zone, text, expected) => {
    expect(iso(text, zone)).toBe(expected);
  });

  it('gives the same offsets in whatever order days come', () => {
    const parse = timestampParser('Europe/Berlin');
    const texts = ['2014-10-26 02:30:00', '2014-07-01 00:00:00', '2014-03-30 03:00:00', '2014-10-26 02:30:00'];
    expect(texts.map(parse)).toEqual(texts.map((text) => timestampParser('Europe/Berlin')(text)));
  });

  it('refuses a zone that does not exist', () => {
    expect(() => timestampParser('Mars/Olympus')).toThrow(RangeError);
  });
});
