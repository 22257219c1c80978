import { expect, it } from 'vitest';
import { dueUnits, dueUnitsBefore } from '../../src/market/due-units.ts';
import type { DueUnit } from '../../src/market/due-units.ts';
import { exchangeTable } from '../../src/market/exchange-tables.ts';
import type { Period } from '../../src/market/period.ts';

const DAY = 86_400_000;

/** The units of two years, counted forwards in one piece, the newest first. */
function inOnePiece(exchange: string, before: number, period: Period): DueUnit[] {
  const table = exchangeTable(exchange, []);
  if (table === undefined) throw new Error(`no table for ${exchange}`);
  return [...dueUnits(table, { from: before - 730 * DAY, to: before }, period)].reverse();
}

it.each<[string, Period, string]>([
  ['XNYS', '1d', '2024-07-03T00:00:00Z'],
  ['XNYS', '1d', '2024-07-03T06:00:00Z'],
  ['XNYS', '1h', '2024-07-02T15:30:00Z'],
  ['CMES', '1d', '2024-07-03T06:00:00Z'],
  ['CMES', '1h', '2024-07-03T06:00:00Z'],
  ['FX', '1h', '2024-07-03T06:00:00Z'],
  ['XNYS', '1wk', '2024-07-03T06:00:00Z'],
])('counting back, no due unit of %s %s before %s is left out', (exchange, period, instant) => {
  const before = Date.parse(instant);
  const wanted = inOnePiece(exchange, before, period).slice(0, 70);
  const table = exchangeTable(exchange, []);
  const found: DueUnit[] = [];
  if (table !== undefined) {
    for (const unit of dueUnitsBefore(table, before, period)) {
      if (found.length >= 70) break;
      found.push(unit);
    }
  }
  expect(wanted).toHaveLength(70);
  expect(found).toEqual(wanted);
});
