import { describe, expect, it } from 'vitest';
import { tradeDate } from '../../src/market/calendar.ts';
import type { AssetClass } from '../../src/market/instrument.ts';
import type { Period } from '../../src/market/period.ts';
import { senseFindings } from '../../src/quality/sense.ts';
import { dividendsOf, factorOn } from '../../sandbox/corporate-actions.ts';
import { priceOf } from '../../sandbox/securities.ts';
import { Truth } from '../../sandbox/truth.ts';
import { table } from '../market/rows.ts';
import { EXTRAS } from './histories.ts';

const NOW = tradeDate(2025, 1, 1);
const truth = new Truth(7, []);

function seen(assetClass: AssetClass, symbol: string, period: Period, from: number): unknown {
  const security = truth.find(assetClass, symbol, NOW);
  if (security === undefined) throw new Error(`no ${symbol}`);
  const ticks = truth.bars(security, period, { from, to: NOW }, NOW);
  const adjustments = truth.adjustments(security, NOW);
  const paid = dividendsOf(security, from, NOW, NOW);
  const price = (value: number | undefined): number => priceOf(value ?? 0, security.price);
  const rows = Array.from(ticks.time, (time, row) => {
    const close = price(ticks.close[row]);
    const dividend = paid.find(({ session }) => session.date === time)?.amount ?? 0;
    const prices = { open: price(ticks.open[row]), high: price(ticks.high[row]), low: price(ticks.low[row]), close };
    const factor = factorOn(adjustments, time);
    const extras = { 'Adj Close': close * factor, Dividends: dividend, 'Stock Splits': 0 };
    return { time, values: { ...prices, volume: ticks.volume[row] ?? 0, ...extras } };
  });
  expect(rows.length).toBeGreaterThan(100);
  return senseFindings(table(rows, period === '1d' ? EXTRAS : []), period);
}

describe('the made-up market of the sandbox makes sense', () => {
  const stocks = ['SPY', 'QQQ', 'AAPL', 'KO', 'TSLA', 'OCDO.L', 'BTC-USD', 'T0001', 'T0500'];
  it.each(stocks)('%s by day, over 20 years', (symbol) => {
    expect(seen('stock', symbol, '1d', tradeDate(2005, 1, 1))).toEqual([]);
  });

  it.each(['EURUSD', 'USDJPY'])('%s by day and by hour', (pair) => {
    expect(seen('forex', pair, '1d', tradeDate(2005, 1, 1))).toEqual([]);
    expect(seen('forex', pair, '1h', tradeDate(2024, 10, 1))).toEqual([]);
  });

  it('SPY by week, by month and by minute', () => {
    expect(seen('stock', 'SPY', '1wk', tradeDate(2005, 1, 1))).toEqual([]);
    expect(seen('stock', 'SPY', '1mo', tradeDate(2005, 1, 1))).toEqual([]);
    expect(seen('stock', 'SPY', '1m', tradeDate(2024, 12, 1))).toEqual([]);
  });
});
