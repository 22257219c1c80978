import { parseTradeDate } from '../src/market/calendar.ts';
import type { TradeDate } from '../src/market/calendar.ts';
import { hashText, mix, unit } from './random.ts';
import type { PriceScale, Security } from './securities.ts';

const CENT: PriceScale = { step: 1, scale: 100 };
const QUARTERS = [3, 6, 9, 12];
const NUMBERED = /^T[1-9]\d{3}$|^T0(?!000)\d{3}$/;

function date(text: string): TradeDate {
  return parseTradeDate(text) ?? 0;
}

const US = {
  class: 'stock',
  venue: 'new-york',
  currency: 'USD',
  price: CENT,
  lot: 1,
  splits: [],
} as const;

const MADE_UP: readonly Omit<Security, 'curve'>[] = [
  {
    ...US,
    key: 'SPY',
    name: 'Sandbox S&P 500 Fund',
    level: 42_000,
    lots: 80_000_000,
    first: date('1993-01-29'),
    dividends: { months: QUARTERS, friday: 3, amount: 1.62 },
  },
  { ...US, key: 'QQQ', name: 'Sandbox Nasdaq Fund', level: 36_000, lots: 45_000_000, first: date('1999-03-10') },
  {
    ...US,
    key: 'AAPL',
    name: 'Sandbox Apple',
    level: 16_000,
    lots: 15_000_000,
    lot: 4,
    first: date('1980-12-12'),
    splits: [{ date: date('2024-06-10'), ratio: 4 }],
  },
  { ...US, key: 'MSFT', name: 'Sandbox Microsoft', level: 33_000, lots: 25_000_000, first: date('1986-03-13') },
  {
    ...US,
    key: 'KO',
    name: 'Sandbox Coca-Cola',
    level: 5_900,
    lots: 13_000_000,
    first: date('1962-01-02'),
    dividends: { months: QUARTERS, friday: 2, amount: 0.46 },
  },
  { ...US, key: 'TSLA', name: 'Sandbox Tesla', level: 21_000, lots: 90_000_000, first: date('2010-06-29') },
  {
    ...US,
    key: 'GONE',
    name: 'Sandbox Delisted',
    level: 2_100,
    lots: 900_000,
    first: date('2004-05-03'),
    last: date('2024-10-18'),
  },
  { ...US, key: 'BRK-B', name: 'Sandbox Berkshire', level: 35_000, lots: 3_500_000, first: date('1996-05-09') },
  { ...US, key: '^GSPC', name: 'Sandbox S&P 500', level: 420_000, lots: 3_000_000_000, first: date('1950-01-03') },
  {
    ...US,
    key: 'OCDO.L',
    venue: 'london',
    currency: 'GBp',
    price: { step: 1, scale: 10 },
    name: 'Sandbox Ocado',
    level: 6_000,
    lots: 2_500_000,
    first: date('2010-07-21'),
  },
  {
    ...US,
    key: 'BTC-USD',
    venue: 'crypto',
    name: 'Sandbox Bitcoin USD',
    level: 4_000_000,
    lots: 25_000_000_000,
    first: date('2014-09-17'),
  },
];

const stocks = new Map<string, Security>(MADE_UP.map((stock) => [stock.key, { ...stock, curve: stock.key }]));

/** T0001 to T9999: as many made-up shares as a test of size wants. */
function numbered(symbol: string): Security {
  const hash = hashText(symbol);
  return {
    ...US,
    key: symbol,
    curve: symbol,
    name: `Sandbox ${symbol}`,
    level: Math.floor(2_000 + 28_000 * unit(mix(hash, 1))),
    lots: Math.floor(200_000 + 5_000_000 * unit(mix(hash, 2))),
    first: date('2000-01-03'),
  };
}

/** The share, fund, index or coin of that ticker; undefined when there is none. */
export function stockOf(symbol: string): Security | undefined {
  return stocks.get(symbol) ?? (NUMBERED.test(symbol) ? numbered(symbol) : undefined);
}

interface Pair {
  readonly level: number;
  readonly price: PriceScale;
}

const PIP: PriceScale = { step: 1, scale: 10_000 };
const YEN_PIP: PriceScale = CENT;

const PAIRS: Readonly<Record<string, Pair>> = {
  EURUSD: { level: 11_200, price: PIP },
  GBPUSD: { level: 13_100, price: PIP },
  USDJPY: { level: 12_500, price: YEN_PIP },
  AUDUSD: { level: 7_300, price: PIP },
  NZDUSD: { level: 6_800, price: PIP },
  USDCHF: { level: 9_400, price: PIP },
  USDCAD: { level: 13_000, price: PIP },
  EURGBP: { level: 8_600, price: PIP },
  EURCHF: { level: 10_400, price: PIP },
  EURJPY: { level: 14_000, price: YEN_PIP },
  GBPJPY: { level: 16_500, price: YEN_PIP },
  // An ounce of metal counts as a currency.
  XAUUSD: { level: 185_000, price: CENT },
};

/** The currency pair of that name, EURUSD; undefined when there is none. */
export function pairOf(symbol: string): Security | undefined {
  const pair = Object.hasOwn(PAIRS, symbol) ? PAIRS[symbol] : undefined;
  if (pair === undefined) return undefined;
  return {
    ...pair,
    key: symbol,
    curve: symbol,
    class: 'forex',
    venue: 'forex',
    name: `${symbol.slice(0, 3)}/${symbol.slice(3)}`,
    currency: symbol.slice(3),
    lots: 0,
    lot: 1,
    first: date('2003-12-01'),
    splits: [],
  };
}
