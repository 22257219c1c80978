import { describe, expect, it } from 'vitest';
import { barchart } from '../../src/providers/barchart/index.ts';
import { ACCOUNT } from '../support/barchart-site.ts';
import { atWork, forex, request, stampsOf, stock } from '../support/session.ts';
import type { Wish } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { contractIn, market } from './markets.ts';

const NOW = '2024-07-03T06:00:00Z';
const GOLD = market('GOLD');

const SERIES: readonly (readonly [name: string, truth: string, wish: Wish])[] = [
  [
    'a contract by day',
    'future/GCQ24',
    { ...contractIn(GOLD, 'Q24'), period: '1d', from: '2024-01-01', to: '2024-07-01' },
  ],
  [
    'an expired contract',
    'future/GCG24',
    { ...contractIn(GOLD, 'G24'), period: '1d', from: '2023-09-01', to: '2024-03-01' },
  ],
  [
    'an expired contract by hour, over both changes of clocks',
    'future/GCJ24',
    { ...contractIn(GOLD, 'J24'), period: '1h', from: '2023-10-20T00:00:00Z', to: '2024-04-20T00:00:00Z' },
  ],
  [
    'a contract by minute',
    'future/GCQ24',
    { ...contractIn(GOLD, 'Q24'), period: '1m', from: '2024-06-17T00:00:00Z', to: '2024-06-29T00:00:00Z' },
  ],
  [
    'Australian dollars, named A6 there',
    'future/A6U24',
    { ...contractIn(market('AUD'), 'U24'), period: '1d', from: '2024-01-01', to: '2024-07-01' },
  ],
  ['a stock by week', 'stock/SPY', { instrument: stock('SPY'), period: '1wk', from: '2023-01-02', to: '2024-07-01' }],
  [
    'a stock with a split',
    'stock/AAPL',
    { instrument: stock('AAPL'), period: '1d', from: '2024-01-02', to: '2024-07-01' },
  ],
  [
    'a class of shares',
    'stock/BRK-B',
    { instrument: stock('BRK-B'), period: '1mo', from: '2020-01-01', to: '2024-07-01' },
  ],
  [
    'an index by quarter of an hour',
    'stock/%5EGSPC',
    { instrument: stock('^GSPC'), period: '15m', from: '2024-03-01T00:00:00Z', to: '2024-03-20T00:00:00Z' },
  ],
  [
    'a pair by half hour',
    'forex/EURUSD',
    { instrument: forex('EURUSD'), period: '30m', from: '2024-03-01T00:00:00Z', to: '2024-04-05T00:00:00Z' },
  ],
];

describe('the bars are those of the market behind the stand-in, row by row', () => {
  it.each(SERIES)('%s', async (_, path, wish) => {
    const sandbox = await standIn(NOW);
    const { bars, dropped } = await atWork(barchart, { base_url: `${sandbox.url}/barchart`, ...ACCOUNT }, NOW).fetch(
      request(wish),
    );
    const truth = await sandbox.truth(`${path}?period=${wish.period}&from=${wish.from}&to=${wish.to}`);
    const rows = stampsOf(bars, wish.period).map((time, row) => ({
      time,
      open: bars.open[row],
      high: bars.high[row],
      low: bars.low[row],
      close: bars.close[row],
      volume: bars.volume[row],
    }));
    expect(rows.length).toBeGreaterThan(20);
    expect(rows).toEqual(truth);
    expect(dropped).toEqual({});
  });
});

describe('quirks of the site change no bar', () => {
  const wish: Wish = {
    ...contractIn(GOLD, 'J24'),
    period: '1h',
    from: '2024-03-04T00:00:00Z',
    to: '2024-03-16T00:00:00Z',
  };
  it.each(['latest', 'default-columns', 'quoted', 'us-dates', 'newest-first', 'footer-bare', 'crlf', 'bom', 'rotate'])(
    '%s',
    async (quirk) => {
      const sandbox = await standIn(NOW);
      const fetch = () =>
        atWork(barchart, { base_url: `${sandbox.url}/barchart`, ...ACCOUNT }, NOW).fetch(request(wish));
      const plain = await fetch();
      await sandbox.change({ faults: `barchart:${quirk}` });
      expect(await fetch()).toEqual(plain);
      await sandbox.change({ faults: `barchart:${quirk},quoted,crlf,newest-first,default-columns` });
      expect(await fetch()).toEqual(plain);
    },
  );

  it('the open interest comes with the view of the site, and only with it', async () => {
    const sandbox = await standIn(NOW, 'barchart:default-columns,quoted');
    const daily = request({ ...contractIn(GOLD, 'J24'), period: '1d', from: '2024-03-04', to: '2024-03-16' });
    const work = atWork(barchart, { base_url: `${sandbox.url}/barchart`, ...ACCOUNT }, NOW);
    const { bars } = await work.fetch(daily);
    expect([...(bars.extras.get('Open Interest') ?? [])].every((value) => value >= 1_000)).toBe(true);
    await sandbox.change({ faults: '' });
    expect((await work.fetch(daily)).bars.extras.size).toBe(0);
  });
});
