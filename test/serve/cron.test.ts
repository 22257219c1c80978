import { describe, expect, it } from 'vitest';
import { DueTimes } from '../../src/serve/cron.ts';

const due = (pattern: string, zone: string, from: string, count: number): string[] => {
  const times = new DueTimes(pattern, zone, Date.parse(from));
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  for (let i = 0; i < count; i++) {
    at = times.after(at);
    if (at === undefined) break;
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
};

// Clocks by hand: New York leaves 02:00 EST for 03:00 EDT on 2024-03-10 (07:00 UTC), and 02:00 EDT for 01:00 EST on 2024-11-03 (06:00 UTC).
describe('on the days when clocks are set', () => {
  it('a time that comes twice is due once', () => {
    expect(due('30 1 * * *', 'America/New_York', '2024-11-02T12:00:00Z', 2)).toEqual([
      '2024-11-03T05:30',
      '2024-11-04T06:30',
    ]);
    expect(due('*/30 1 * * *', 'America/New_York', '2024-11-03T04:00:00Z', 3)).toEqual([
      '2024-11-03T05:00',
      '2024-11-03T05:30',
      '2024-11-04T06:00',
    ]);
  });

  it('a service that begins within the repeated hour makes none of its runs again', () => {
    expect(due('30 1 * * *', 'America/New_York', '2024-11-03T05:45:00Z', 1)).toEqual(['2024-11-04T06:30']);
  });

  it('a time that is left out is due when the clock has moved, once', () => {
    expect(due('30 2 * * *', 'America/New_York', '2024-03-09T12:00:00Z', 2)).toEqual([
      '2024-03-10T07:00',
      '2024-03-11T06:30',
    ]);
  });

  it('an hourly schedule takes every hour that there is', () => {
    expect(due('0 * * * *', 'America/New_York', '2024-11-03T04:30:00Z', 3)).toEqual([
      '2024-11-03T05:00',
      '2024-11-03T06:00',
      '2024-11-03T07:00',
    ]);
  });

  it.each(['Europe/Berlin', 'America/New_York', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'])(
    'in %s a daily schedule is due on each of 366 days, once, whatever its hour',
    (zone) => {
      const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
      for (const pattern of ['0 0 * * *', '15 1 * * *', '30 2 * * *', '45 23 * * *']) {
        const days = due(pattern, zone, '2024-01-15T12:00:00Z', 366).map((at) => day.format(new Date(`${at}:00Z`)));
        expect(new Set(days).size, pattern).toBe(366);
      }
    },
  );
});

it('weekdays only: Friday is followed by Monday', () => {
  expect(due('0 6 * * 1-5', 'UTC', '2024-07-05T07:00:00Z', 1)).toEqual(['2024-07-08T06:00']);
});

it('a 29th of February is waited for', () => {
  expect(due('0 6 29 2 *', 'UTC', '2025-01-01T00:00:00Z', 1)).toEqual(['2028-02-29T06:00']);
});
