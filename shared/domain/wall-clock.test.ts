import { zoneOffset } from './wall-clock';

const HOUR_MS = 3_600_000;

describe('the wall clock of a zone', () => {
  it.each([
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/Berlin', '2026-01-15T12:00:00Z', 1],
    ['Europe/Berlin', '2026-07-15T12:00:00Z', 2],
    ['Europe/Berlin', '2026-03-29T00:59:59Z', 1],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 2],
    ['Europe/Berlin', '2026-10-25T00:59:59Z', 2],
    ['Europe/Berlin', '2026-10-25T01:00:00Z', 1],
    ['America/New_York', '2026-11-01T05:59:59Z', -4],
    ['America/New_York', '2026-11-01T06:00:00Z', -5],
    ['Asia/Kathmandu', '2026-05-05T05:05:05Z', 5.75],
    ['Australia/Lord_Howe', '2026-01-01T00:00:00Z', 11],
    ['Australia/Lord_Howe', '2026-06-01T00:00:00Z', 10.5],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', -10],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', 14],
    ['Europe/Berlin', '1969-12-31T23:59:59Z', 1],
  ])('%s at %s is %d hours from UTC', (zone, instant, hours) => {
    expect(zoneOffset(zone)(Date.parse(instant))).toBe(hours * HOUR_MS);
  });

  it('agrees with the calendar at any instant of a year', () => {
    const offset = zoneOffset('America/Sao_Paulo');
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/Sao_Paulo',
      hour: '2-digit',
      hourCycle: 'h23',
    });
    for (let at = Date.UTC(2017, 0, 1); at < Date.UTC(2018, 0, 1); at += 7 * HOUR_MS + 1000) {
      expect(new Date(at + offset(at)).getUTCHours()).toBe(Number(format.format(at)));
    }
  });

  it('refuses an unknown zone', () => {
    expect(() => zoneOffset('Europe/Atlantis')).toThrow(RangeError);
  });
});
