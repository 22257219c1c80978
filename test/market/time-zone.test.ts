import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, isTimeZone, localDate, offsetAt, offsetsAlong } from '../../src/market/time-zone.ts';
import { daysOfChange, instantsShowing, wallClock } from './wall-clock.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const ZONES = [
  'America/New_York',
  'America/Chicago',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Europe/London',
  'Europe/Berlin',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
  'UTC',
];

const zones = fc.constantFrom(...ZONES);
const years = { min: Date.UTC(1990, 0, 1) / DAY, max: Date.UTC(2037, 11, 31) / DAY };
const dates = fc.integer(years).map((day) => day * DAY);
const quarters = fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15 * MINUTE);

/** Dates on and next to a change of a zone's offset, where every fault is. */
const nights = fc.constantFrom(
  ...ZONES.flatMap((zone) =>
    daysOfChange(zone, Date.UTC(2010, 0, 1), Date.UTC(2026, 0, 1)).flatMap((day) =>
      [-DAY, 0, DAY, 2 * DAY].map((shift) => ({ zone, date: day + shift })),
    ),
  ),
);

/** [zone, date, wall time, the instant it is]: by the laws of the countries, not by our code. */
const NIGHTS: [string, string, string, string][] = [
  // Spring: 01:59 EST is followed by 03:00 EDT; 02:30 does not exist and gives an instant after the change.
  ['America/New_York', '2024-03-10', '01:59', '2024-03-10T06:59:00Z'],
  ['America/New_York', '2024-03-10', '02:30', '2024-03-10T07:30:00Z'],
  ['America/New_York', '2024-03-10', '03:00', '2024-03-10T07:00:00Z'],
  // Autumn: 01:30 occurs twice and gives the first, in EDT.
  ['America/New_York', '2024-11-03', '00:59', '2024-11-03T04:59:00Z'],
  ['America/New_York', '2024-11-03', '01:30', '2024-11-03T05:30:00Z'],
  ['America/New_York', '2024-11-03', '02:00', '2024-11-03T07:00:00Z'],
  ['Europe/London', '2024-03-31', '00:59', '2024-03-31T00:59:00Z'],
  ['Europe/London', '2024-03-31', '01:30', '2024-03-31T01:30:00Z'],
  ['Europe/London', '2024-03-31', '02:00', '2024-03-31T01:00:00Z'],
  ['Europe/London', '2024-10-27', '01:30', '2024-10-27T00:30:00Z'],
  ['Europe/London', '2024-10-27', '02:00', '2024-10-27T02:00:00Z'],
  // Brazil changed at midnight: 2018-11-04 has no 00:00 to 00:59, 2018-02-17 has 23:00 to 23:59 twice.
  ['America/Sao_Paulo', '2018-11-03', '23:59', '2018-11-04T02:59:00Z'],
  ['America/Sao_Paulo', '2018-11-04', '00:00', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04', '01:00', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2018-02-17', '23:30', '2018-02-18T01:30:00Z'],
  ['America/Sao_Paulo', '2018-02-18', '00:00', '2018-02-18T03:00:00Z'],
  ['Australia/Sydney', '2024-04-07', '02:30', '2024-04-06T15:30:00Z'],
  ['Australia/Sydney', '2024-04-07', '03:00', '2024-04-06T17:00:00Z'],
  ['Australia/Sydney', '2024-10-06', '01:59', '2024-10-05T15:59:00Z'],
  ['Australia/Sydney', '2024-10-06', '03:00', '2024-10-05T16:00:00Z'],
  // Lord Howe moves by half an hour: +11 in summer, +10:30 in winter.
  ['Australia/Lord_Howe', '2024-04-07', '01:45', '2024-04-06T14:45:00Z'],
  ['Australia/Lord_Howe', '2024-04-07', '02:00', '2024-04-06T15:30:00Z'],
  ['Australia/Lord_Howe', '2024-10-06', '01:59', '2024-10-05T15:29:00Z'],
  ['Australia/Lord_Howe', '2024-10-06', '02:30', '2024-10-05T15:30:00Z'],
  // Morocco is at +1, but for Ramadan (2024-03-10 to 2024-04-14).
  ['Africa/Casablanca', '2024-03-09', '12:00', '2024-03-09T11:00:00Z'],
  ['Africa/Casablanca', '2024-03-10', '12:00', '2024-03-10T12:00:00Z'],
  ['Africa/Casablanca', '2024-04-14', '12:00', '2024-04-14T11:00:00Z'],
];

describe('the instant of a wall time', () => {
  it.each(NIGHTS)('%s %s %s is %s', (zone, date, time, instant) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    const found = instantOf(Date.parse(date), hours * HOUR + minutes * MINUTE, zone);
    expect(new Date(found).toISOString()).toBe(instant.replace('Z', '.000Z'));
  });

  const agrees = (zone: string, date: number, time: number): void => {
    const instant = instantOf(date, time, zone);
    const [first] = instantsShowing(date + time, zone);
    if (first === undefined) {
      // The clock jumped over it: the instant is after the jump and the clock is ahead by no more than the jump.
      expect(instantsShowing(wallClock(instant, zone), zone)).toContain(instant);
      expect(wallClock(instant, zone)).toBeGreaterThan(date + time);
      expect(wallClock(instant, zone) - date - time).toBeLessThanOrEqual(DAY);
    } else {
      expect(instant).toBe(first);
      expect(localDate(instant, zone)).toBe(date);
    }
  };

  it('is the first at which the clock shows it, on every date that it exists', () => {
    fc.assert(fc.property(zones, dates, quarters, agrees));
  });

  it('is so on the nights of a change too', () => {
    fc.assert(
      fc.property(nights, quarters, ({ zone, date }, time) => {
        agrees(zone, date, time);
      }),
      { numRuns: 400 },
    );
  });

  it('24:00 is the midnight that ends the date', () => {
    expect(instantOf(Date.parse('2024-07-01'), DAY, 'America/New_York')).toBe(Date.parse('2024-07-02T04:00:00Z'));
    expect(instantOf(Date.parse('2018-11-03'), DAY, 'America/Sao_Paulo')).toBe(Date.parse('2018-11-04T03:00:00Z'));
  });
});

describe('offset and date at an instant', () => {
  it('are those that a clock on the wall shows', () => {
    fc.assert(
      fc.property(zones, dates, fc.integer({ min: 0, max: 1439 }), (zone, date, minute) => {
        const instant = date + minute * MINUTE;
        const wall = wallClock(instant, zone);
        expect(offsetAt(instant, zone)).toBe(wall - instant);
        expect(localDate(instant, zone)).toBe(Math.floor(wall / DAY) * DAY);
      }),
    );
  });

  it('change at the very minute of the change', () => {
    expect(offsetAt(Date.parse('2024-03-10T06:59:59.999Z'), 'America/New_York')).toBe(-5 * HOUR);
    expect(offsetAt(Date.parse('2024-03-10T07:00:00Z'), 'America/New_York')).toBe(-4 * HOUR);
    expect(localDate(Date.parse('2011-12-30T09:59:00Z'), 'Pacific/Apia')).toBe(Date.parse('2011-12-29'));
    expect(localDate(Date.parse('2011-12-30T10:00:00Z'), 'Pacific/Apia')).toBe(Date.parse('2011-12-31'));
  });

  it('a walk that looks them up rarely finds the same, whatever its step, across every change of five years', () => {
    for (const zone of ZONES) {
      for (const day of daysOfChange(zone, Date.UTC(2020, 0, 1), Date.UTC(2025, 0, 1))) {
        for (const step of [15 * MINUTE, 7 * HOUR + 17 * MINUTE]) {
          const offset = offsetsAlong(zone);
          for (let instant = day - 8 * DAY - 3 * HOUR; instant < day + 9 * DAY; instant += step) {
            if (offset(instant) !== wallClock(instant, zone) - instant) {
              expect.fail(`${zone} at ${new Date(instant).toISOString()}, step ${step / MINUTE} minutes`);
            }
          }
        }
      }
    }
  });

  it('a walk with jumps back and forth finds the same', () => {
    fc.assert(
      fc.property(
        nights,
        fc.array(fc.integer({ min: -15_000, max: 15_000 }), { minLength: 2 }),
        ({ zone, date }, minutes) => {
          const offset = offsetsAlong(zone);
          for (const minute of minutes) {
            const instant = date + minute * MINUTE;
            expect(offset(instant)).toBe(wallClock(instant, zone) - instant);
          }
        },
      ),
    );
  });
});

it('a zone is known by its IANA name only', () => {
  expect(['America/New_York', 'UTC', 'Asia/Kolkata'].every(isTimeZone)).toBe(true);
  expect(['', 'America/New York', 'Mars/Olympus', '../etc'].some(isTimeZone)).toBe(false);
});
