import { describe, expect, it } from 'vitest';
import { weekday } from '../../src/market/calendar.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import { seriesOf } from '../../src/market/series.ts';
import { oldAnswer } from '../../src/download/old-answer.ts';

const day = (text: string): number => Date.parse(text);
const WEEKDAYS: ExchangeTable = {
  id: 'TEST',
  zone: 'UTC',
  isProven: true,
  day: (date) => ({ isDue: weekday(date) % 6 !== 0 }),
};
const job = {
  series: seriesOf({ class: 'stock', id: 'SPY', code: 'SPY' }, undefined, '1d'),
  provider: 'yahoo',
  missing: [{ from: day('2024-07-08'), to: day('2024-07-13') }],
};

describe('an answer that a proxy has kept for days', () => {
  const until = (end: string, clock: string, now = '2024-07-13T06:00Z') =>
    oldAnswer(job, [{ from: day('2024-01-01'), to: day(end) }], WEEKDAYS, { clock: day(clock), now: day(now) });

  it('fails the series, since the newest dates stay unknown', () => {
    const error = until('2024-07-10', '2024-07-10T06:00Z');
    expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
    expect(error?.message).toContain('3 days old');
  });

  it('is none when it is less than a day old, or leaves no due date unknown', () => {
    expect(until('2024-07-12', '2024-07-12T06:00Z')?.code).toBe(undefined);
    expect(until('2024-07-13', '2024-07-10T06:00Z')).toBeUndefined();
    const weekend = { ...job, missing: [{ from: day('2024-07-13'), to: day('2024-07-15') }] };
    const clock = { clock: day('2024-07-12'), now: day('2024-07-15') };
    expect(oldAnswer(weekend, [], WEEKDAYS, clock)).toBeUndefined();
  });
});
