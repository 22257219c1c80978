import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Bars } from '../../src/market/bars.ts';
import { dukascopy } from '../../src/providers/dukascopy/index.ts';
import type { BarRequest } from '../../src/providers/provider.ts';
import { answer, serve } from '../support/loopback.ts';
import type { Loopback } from '../support/loopback.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';
import { atWork, faultsOf, forex, request, stampsOf, stock } from '../support/session.ts';

if (NO_RECORDINGS !== undefined) console.warn(NO_RECORDINGS);

const COLUMNS = ['open', 'high', 'low', 'close'] as const;
const COIN = stock('BTC-USD');
const NOW = '2026-07-13T23:30:00Z';

const text = (name: string): string => readFileSync(join(recordedFolder('dukascopy'), name), 'utf8');
const numbers = z.array(z.number());
const candles = z.object({
  timestamp: z.number(),
  shift: z.number(),
  multiplier: z.number(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  times: numbers,
  opens: numbers,
  highs: numbers,
  lows: numbers,
  closes: numbers,
  volumes: numbers,
});
type Candles = z.infer<typeof candles>;
const expected = z.array(
  z.object({ timestamp: z.number(), open: z.number(), high: z.number(), low: z.number(), close: z.number() }),
);

/** The prices of a column as decimal text, by whole numbers alone. */
function decimalTexts(recorded: Candles, name: (typeof COLUMNS)[number]): string[] {
  const { multiplier, [name]: base, [`${name}s` as const]: steps } = recorded;
  const decimals = Math.round(-Math.log10(multiplier));
  let units = BigInt(base.toFixed(decimals).replace('.', ''));
  return steps.map((step) => {
    units += BigInt(step);
    const digits = units.toString().padStart(decimals + 1, '0');
    const whole = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
    return whole.replace(/\.?0+$/, '');
  });
}

/** Serves recorded bodies by their paths, and nothing else. */
async function serveRecorded(files: Readonly<Record<string, string>>): Promise<Loopback> {
  return serve((path, response) => {
    const name = files[path];
    if (name === undefined) answer(response, 404, '');
    else answer(response, 200, text(name));
  });
}

async function fetchRecorded(files: Readonly<Record<string, string>>, asked: BarRequest) {
  const server = await serveRecorded(files);
  const fetched = await atWork(dukascopy, { base_url: server.url }, NOW).fetch(asked);
  return { ...fetched, requests: server.requests };
}

const YEARS = Object.fromEntries(
  [2020, 2021, 2022].map((year) => [`/v1/candles/day/BTC-USD/BID/${year}`, `candles-day-BTC-USD-BID-${year}.json`]),
);
const MINUTES_OF_EURO = '/v1/candles/minute/EUR-USD/BID/2026/7';
const INSTRUMENTS = {
  '/v1/instruments/BTC-USD': 'instrument-BTC-USD.json',
  '/v1/instruments/EUR-USD': 'instrument-EUR-USD.json',
};

/** Every file, where it came from and what asks for it. */
const FILES: Readonly<Record<string, { path: string; asked: BarRequest }>> = {
  ...Object.fromEntries(
    Object.entries(YEARS).map(([path, name]) => {
      const year = Number(path.slice(-4));
      const [from, to] = [`${year}-01-01`, `${year + 1}-01-01`];
      return [name, { path, asked: request({ instrument: COIN, period: '1d', from, to }) }];
    }),
  ),
  'candles-hour-BTC-USD-BID-2023-1.json': {
    path: '/v1/candles/hour/BTC-USD/BID/2023/1',
    asked: request({ instrument: COIN, period: '1h', from: '2023-01-01T00:00:00Z', to: '2023-02-01T00:00:00Z' }),
  },
  'candles-minute-BTC-USD-BID-from-1783900800000.json': {
    path: '/v1/candles/minute/BTC-USD/BID?from=1783900800000',
    asked: request({ instrument: COIN, period: '1m', from: '2026-07-13T00:00:00Z', to: '2026-07-14T00:00:00Z' }),
  },
  'candles-minute-EUR-USD-BID-2026-7-10.json': {
    path: `${MINUTES_OF_EURO}/10`,
    asked: request({
      instrument: forex('EURUSD'),
      period: '1m',
      from: '2026-07-10T00:00:00Z',
      to: '2026-07-11T00:00:00Z',
    }),
  },
};

const at = (bars: Bars, row: number) =>
  Object.fromEntries(COLUMNS.map((name) => [name, bars[name][row] ?? Number.NaN]));

describe.skipIf(NO_RECORDINGS !== undefined)('recorded answers of Dukascopy', () => {
  beforeAll(() => {
    recordedFolder('dukascopy');
  });

  it('are all here', () => {
    const names = readdirSync(recordedFolder('dukascopy')).filter((name) => name.endsWith('.json'));
    const others = ['candles-minute-EUR-USD-BID-2026-7-11-empty.json', ...Object.values(INSTRUMENTS)];
    expect(names.sort()).toEqual([...Object.keys(FILES), ...others].sort());
  });

  it.each(Object.entries(FILES))('%s, to the last digit', async (name, { path, asked }) => {
    const recorded = candles.parse(JSON.parse(text(name)));
    const { bars, dropped, requests } = await fetchRecorded({ [path]: name, ...INSTRUMENTS }, asked);
    expect(requests.at(-1)).toBe(path);
    expect(faultsOf(bars, asked)).toEqual([]);
    expect(dropped).toEqual({});
    let stamp = recorded.timestamp;
    const stamps = recorded.times.map((step) => (stamp += step * recorded.shift));
    expect([...bars.time]).toEqual(stamps);
    for (const column of COLUMNS) {
      expect(Array.from(bars[column], String), column).toEqual(decimalTexts(recorded, column));
    }
    expect([...bars.volume]).toEqual(recorded.volumes);
  });

  it('days of 2022 are those of another decoder, but for the one that the source has revised', async () => {
    const asked = request({ instrument: COIN, period: '1d', from: '2022-01-01', to: '2023-01-01' });
    const { bars } = await fetchRecorded({ ...YEARS, ...INSTRUMENTS }, asked);
    const theirs = expected.parse(JSON.parse(text('expected/btcusd-d1-bid-2022-01-01-2023-02-20.json')));
    const rows = theirs.filter(({ timestamp }) => timestamp < asked.range.to);
    expect([...bars.time]).toEqual(rows.map(({ timestamp }) => timestamp));
    const differing = rows.filter(({ timestamp: _, ...prices }, row) =>
      COLUMNS.some((name) => prices[name] !== at(bars, row)[name]),
    );
    expect(differing.map(({ timestamp }) => new Date(timestamp).toISOString())).toEqual(['2022-10-18T00:00:00.000Z']);
  });

  it('a Saturday without a candle is no bar, and no error', async () => {
    const files = {
      [`${MINUTES_OF_EURO}/10`]: 'candles-minute-EUR-USD-BID-2026-7-10.json',
      [`${MINUTES_OF_EURO}/11`]: 'candles-minute-EUR-USD-BID-2026-7-11-empty.json',
    };
    const range = { from: '2026-07-10T20:00:00Z', to: '2026-07-12T00:00:00Z' };
    const asked = request({ instrument: forex('EURUSD'), period: '1m', ...range });
    const { bars, requests } = await fetchRecorded({ ...files, ...INSTRUMENTS }, asked);
    expect(requests.filter((path) => path.includes('candles'))).toEqual(Object.keys(files));
    expect(stampsOf(bars, '1m').at(-1)).toBe('2026-07-10T20:59:00Z');
  });

  it('years that come before the first candle are not asked for, but the last of them', async () => {
    const asked = request({ instrument: COIN, period: '1d', from: '2015-06-01', to: '2016-05-31' });
    const { bars, requests } = await fetchRecorded(INSTRUMENTS, asked);
    expect(bars.time).toHaveLength(0);
    expect(requests).toEqual(['/v1/instruments/BTC-USD', '/v1/candles/day/BTC-USD/BID/2016']);
  });
});
