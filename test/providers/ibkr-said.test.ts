import { describe, expect, it } from 'vitest';
import { ibkrAt } from '../support/ibkr.ts';
import { forex, request, spy, stampsOf, stock } from '../support/session.ts';
import { desk } from '../support/ibkr.ts';
import { historyOf, tws, wordOf } from '../support/tws.ts';

const NOW = '2024-07-03T06:00:00Z';
const never = new AbortController().signal;
const WEEK = spy('1d', '2024-06-24', '2024-07-03');
const seconds = (instant: string): string => String(Date.parse(instant) / 1000);
const NO_DATA = 'Historical Market Data Service error message:HMDS query returned no data: SPY@SMART Trades';

describe('what TWS says of a series', () => {
  it('is its own time, asked once a line', async () => {
    const { fetch } = await desk(NOW);
    const { source } = await fetch(WEEK);
    const late = (source.clock ?? 0) - Date.parse(NOW);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(10_000);
  });

  it('has no time where the server does not tell it', async () => {
    const { options, heard } = await tws({
      onHistory: (line, id) => line.say(historyOf(id, '20240628,1,2,0.5,1.5,10')),
    });
    const session = ibkrAt(options, NOW);
    expect((await session.fetchBars(WEEK, never)).source.clock).toBeUndefined();
    await session.fetchBars(WEEK, never);
    expect(heard.filter(([kind]) => kind === '49')).toHaveLength(1);
  });

  it('is who it is: contract, currency, listing, kind, name, and the hours of its minutes', async () => {
    const { options } = await tws({
      onHistory: (line, id) => line.say(historyOf(id, `${seconds('2024-06-28T14:00:00Z')},1,2,0.5,1.5,10`)),
    });
    const hour = request({
      instrument: stock('SPY'),
      period: '1h',
      from: '2024-06-28T00:00:00Z',
      to: '2024-06-29T00:00:00Z',
    });
    const session = ibkrAt(options, NOW);
    const identity = {
      conId: '756733',
      currency: 'USD',
      exchange: 'ARCA',
      instrumentType: 'STK',
      name: 'A fund',
    };
    const regular = await session.fetchBars(hour, never);
    expect(regular.source).toMatchObject({ closeKind: 'last' });
    expect(regular.source.identity).toEqual({ ...identity, hours: 'regular' });
    const all = await session.fetchBars({ ...hour, extendedHours: true }, never);
    expect(all.source.identity).toEqual({ ...identity, hours: 'extended' });
  });

  it('is the middle of bid and ask for the close of a pair', async () => {
    const { fetch } = await desk(NOW);
    const pair = request({ instrument: forex('EURUSD'), period: '1d', from: '2024-06-24', to: '2024-06-29' });
    expect((await fetch(pair)).source).toMatchObject({ closeKind: 'mid', identity: { instrumentType: 'CASH' } });
  });
});

describe('a head timestamp is a remark', () => {
  const JUNE = spy('1d', '2024-06-03', '2024-06-08');
  const BARS = ['20240603,1,2,0.5,1.5,10', '20240604,1,2,0.5,1.5,10'];

  it('one that lies after now is ignored', async () => {
    const { options, heard } = await tws({
      onHead: (line, id) => line.say([88, id, seconds('2027-01-01T00:00:00Z')]),
      onHistory: (line, id) => line.say(historyOf(id, ...BARS)),
    });
    const { bars, source } = await ibkrAt(options, NOW).fetchBars(JUNE, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-03', '2024-06-04']);
    expect(source.firstBar).toBeUndefined();
    expect(heard.filter(([kind]) => kind === '20')).toHaveLength(1);
  });

  it('one that bars lie before is ignored', async () => {
    const { options } = await tws({
      onHead: (line, id) => line.say([88, id, seconds('2024-06-20T13:30:00Z')]),
      onHistory: (line, id) => line.say(historyOf(id, ...BARS)),
    });
    const { bars, source } = await ibkrAt(options, NOW).fetchBars(JUNE, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-03', '2024-06-04']);
    expect(source.firstBar).toBeUndefined();
  });

  it('one that the days before bear out leaves out what lies before it', async () => {
    const { options, heard } = await tws({
      onHead: (line, id) => line.say([88, id, seconds('2024-06-20T13:30:00Z')]),
      onHistory: (line, id) => line.say(wordOf(id, 162, NO_DATA)),
    });
    const session = ibkrAt(options, NOW);
    for (const asked of [JUNE, JUNE]) {
      const { bars, source } = await session.fetchBars(asked, never);
      expect(bars.time).toHaveLength(0);
      expect(source.firstBar).toBe(Date.parse('2024-06-20T13:30:00Z'));
    }
    expect(heard.filter(([kind]) => kind === '20')).toHaveLength(1);
  });

  it('no bars where it says that there are some is told with it', async () => {
    const { options } = await tws({ onHistory: (line, id) => line.say(wordOf(id, 162, NO_DATA)) });
    const { bars, source } = await ibkrAt(options, NOW).fetchBars(JUNE, never);
    expect(bars.time).toHaveLength(0);
    expect(source.firstBar).toBe(Date.parse('1990-01-01T00:00:00Z'));
  });
});
