import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../src/market/instrument.ts';
import type { Period } from '../../src/market/period.ts';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { atWork, forex, request, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { rowsOf } from '../support/truth.ts';
import { contractIn, market } from './markets.ts';

interface Case {
  readonly series: ReturnType<typeof contractIn> | { readonly instrument: Instrument };
  readonly path: string;
}

const SPY: Case = { series: { instrument: stock('SPY') }, path: 'stock/SPY' };
const KINDS: Readonly<Record<string, Case>> = {
  'a fund in New York': SPY,
  'a share with a split behind it': { series: { instrument: stock('AAPL') }, path: 'stock/AAPL' },
  'a share in London, in pence': { series: { instrument: stock('OCDO.L') }, path: 'stock/OCDO.L' },
  'a coin that never rests': { series: { instrument: stock('BTC-USD') }, path: 'stock/BTC-USD' },
  'an index': { series: { instrument: stock('^GSPC') }, path: 'stock/^GSPC' },
  'a front month': { series: { instrument: stock('GC=F') }, path: 'stock/GC=F' },
  'a pair': { series: { instrument: forex('EURUSD') }, path: 'forex/EURUSD' },
  'a pair in yen': { series: { instrument: forex('USDJPY') }, path: 'forex/USDJPY' },
  'a contract of New York': { series: contractIn(market('GOLD'), 'Z24'), path: 'future/GCZ24' },
  'a contract of Chicago': { series: contractIn(market('AUD'), 'U24'), path: 'future/A6U24' },
};

async function compare(now: string, { series, path }: Case, period: Period, from: string, to: string): Promise<number> {
  const sandbox = await standIn(now);
  const { bars } = await atWork(yahoo, { base_url: `${sandbox.url}/yahoo` }, now).fetch(
    request({ ...series, period, from, to }),
  );
  const truth = await sandbox.truth(`${path.replace('^', '%5E')}?period=${period}&from=${from}&to=${to}`);
  expect(rowsOf(bars, period)).toEqual(truth);
  return truth.length;
}

// A Saturday: no session is going, and each unfinished week or month is left out by the ranges.
const SATURDAY = '2024-07-13T12:00:00Z';

describe('what comes from Yahoo is the truth, bar for bar', () => {
  describe.each(Object.entries(KINDS))('%s', (_, kind) => {
    it.each([
      ['1d', '2024-01-10', '2024-07-13', 120],
      ['1wk', '2024-01-08', '2024-07-08', 20],
      ['1mo', '2024-02-01', '2024-07-01', 5],
      // Both changes: New York on 10 March, London on 31 March.
      ['1h', '2024-03-04T00:00:00Z', '2024-04-06T00:00:00Z', 100],
    ] as const)('%s', async (period, from, to, least) => {
      expect(await compare(SATURDAY, kind, period, from, to)).toBeGreaterThanOrEqual(least);
    });
  });

  it.each([
    ['a fund in New York', '1h', '2023-10-23T00:00:00Z', '2023-11-11T00:00:00Z'],
    ['a share in London, in pence', '1h', '2023-10-23T00:00:00Z', '2023-11-11T00:00:00Z'],
    ['a pair', '1h', '2023-10-23T00:00:00Z', '2023-11-11T00:00:00Z'],
    ['a coin that never rests', '1h', '2023-10-23T00:00:00Z', '2023-11-11T00:00:00Z'],
    ['a fund in New York', '1d', '2023-10-23', '2023-11-11'],
    ['a share in London, in pence', '1d', '2023-10-23', '2023-11-11'],
    ['a pair', '1d', '2023-10-23', '2023-11-11'],
    ['a front month', '1d', '2023-10-23', '2023-11-11'],
    ['a coin that never rests', '1wk', '2023-10-02', '2023-12-04'],
  ] as const)('%s by %s when the clocks go back in London and in New York', async (name, period, from, to) => {
    const kind = KINDS[name] ?? SPY;
    expect(await compare(SATURDAY, kind, period, from, to)).toBeGreaterThan(8);
  });

  it.each([
    ['30m', '2024-03-04T00:00:00Z', '2024-04-06T00:00:00Z'],
    ['15m', '2024-03-04T00:00:00Z', '2024-04-06T00:00:00Z'],
    ['5m', '2024-03-04T00:00:00Z', '2024-03-16T00:00:00Z'],
  ] as const)('%s of a fund, a contract and a pair in spring', async (period, from, to) => {
    for (const name of ['a fund in New York', 'a contract of Chicago', 'a pair']) {
      expect(await compare('2024-04-13T12:00:00Z', KINDS[name] ?? SPY, period, from, to)).toBeGreaterThan(100);
    }
  });

  it('minutes over both nights on which the clocks change', async () => {
    for (const name of ['a fund in New York', 'a contract of New York', 'a coin that never rests']) {
      const kind = KINDS[name] ?? SPY;
      expect(
        await compare('2024-03-16T12:00:00Z', kind, '1m', '2024-03-08T00:00:00Z', '2024-03-13T00:00:00Z'),
      ).toBeGreaterThan(1_000);
    }
    const coin = KINDS['a coin that never rests'] ?? SPY;
    // Five days of 1,440 minutes: the hour that New York has twice is there once in UTC.
    expect(await compare('2023-11-11T12:00:00Z', coin, '1m', '2023-11-03T00:00:00Z', '2023-11-08T00:00:00Z')).toBe(
      5 * 1_440,
    );
  });

  it('a range that begins in the middle of a week or a month has only the bars that begin in it', async () => {
    // Wednesday, 15 May to Wednesday, 12 June.
    await expect(compare(SATURDAY, SPY, '1wk', '2024-05-15', '2024-06-12')).resolves.toBe(4);
    await expect(compare(SATURDAY, SPY, '1mo', '2024-02-15', '2024-06-12')).resolves.toBe(4);
  });
});
