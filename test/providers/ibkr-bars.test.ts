import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countDropped } from '../../src/market/bar-checks.ts';
import { VortexError } from '../../src/market/errors.ts';
import { askFor } from '../../src/providers/ibkr/duration.ts';
import { ibkr } from '../../src/providers/ibkr/index.ts';
import type { Period } from '../../src/market/period.ts';
import { desk, ibkrAt } from '../support/ibkr.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';
import { faultsOf, forex, refusal, request, spy, stampsOf } from '../support/session.ts';
import { details as detailsOf, historyOf, tws, wordOf } from '../support/tws.ts';
import type { Script } from '../support/tws.ts';
import { contractIn, market } from './markets.ts';

const NOW = '2024-07-03T06:00:00Z';
const at = (text: string): number => Date.parse(text);
const WEEK = spy('1d', '2024-06-24', '2024-07-03');
const never = new AbortController().signal;
const NO_DATA = 'Historical Market Data Service error message:HMDS query returned no data: SPY@SMART Trades';

/** A session whose server answers every request for history with these rows. */
async function rows(...answer: readonly string[]) {
  const { options } = await tws({ onHistory: (line, id) => line.say(historyOf(id, ...answer)) });
  return ibkrAt(options, NOW);
}

describe('rows of an answer', () => {
  it('bad ones are left out and counted, each with its reason', async () => {
    const session = await rows(
      '20240624,10,11,9,10,100',
      '20240625,10,11,9,abc,100',
      '20240626,10,8,9,10,100',
      '20240627,10,11,9,9,100',
      '20240627,10,11,9,10,100',
      '20240627,10,11,9,10,100',
      '20240626,10,11,9,10,100',
      '20240710,10,11,9,10,100',
    );
    const { bars, dropped } = await session.fetchBars(WEEK, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-24', '2024-06-27']);
    expect(bars.close[1]).toBe(10);
    expect(dropped).toEqual({
      'not-a-number': 1,
      'high-below-low': 1,
      'duplicate-time': 1,
      'repeated-row': 1,
      'out-of-order': 1,
      'outside-range': 1,
    });
  });

  it('a price that is none, with a volume, is a bad row', async () => {
    const session = await rows('20240624,10,11,9,10,100', '20240628,10,11,9,1.7976931348623157e308,100');
    const { bars, dropped } = await session.fetchBars(WEEK, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-24']);
    expect(dropped).toEqual({ 'null-close': 1 });
  });

  it('volumes of −1 and none are missing, decimals and zero are not', async () => {
    const session = await rows(
      '20240624,1,2,1,2,-1',
      '20240625,1,2,1,2,',
      '20240626,1,2,1,2,948837.22',
      '20240627,1,2,1,2,0',
    );
    const { bars } = await session.fetchBars(WEEK, never);
    expect([...bars.volume]).toEqual([Number.NaN, Number.NaN, 948_837.22, 0]);
  });

  it('negative prices are prices', async () => {
    const { bars } = await (await rows('20240624,18.27,18.31,-40.32,-37.63,1')).fetchBars(WEEK, never);
    expect([bars.low[0], bars.close[0]]).toEqual([-40.32, -37.63]);
  });

  it('days that came only because more was asked for are left out uncounted, the one that is going too', async () => {
    const session = await rows('20240614,1,2,1,2,1', '20240624,1,2,1,2,1', '20240702,1,2,1,2,1', '20240703,1,2,1,2,1');
    const { bars, dropped } = await session.fetchBars(spy('1d', '2024-06-24', '2024-07-02'), never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-24']);
    expect(dropped).toEqual({});
  });

  it('weeks and months are stamped with their first day, whichever day the server stamps', async () => {
    const weekly = await rows('20240621,1,2,1,2,1', '20240628,1,2,1,2,1');
    const { bars } = await weekly.fetchBars(spy('1wk', '2024-06-17', '2024-07-01'), never);
    expect(stampsOf(bars, '1wk')).toEqual(['2024-06-17', '2024-06-24']);
    const monthly = await rows('20240531,1,2,1,2,1', '20240628,1,2,1,2,1');
    const months = await monthly.fetchBars(spy('1mo', '2024-05-01', '2024-07-01'), never);
    expect(stampsOf(months.bars, '1mo')).toEqual(['2024-05-01', '2024-06-01']);
  });

  it.each([
    ['a daily stamp of another form', '1d', '2024-06-24'],
    ['no date of the calendar', '1d', '20240631'],
    ['a clock time where seconds were asked for', '1h', '20240624 09:30:00 US/Eastern'],
    ['a date where seconds were asked for', '1h', '20240624'],
    ['nothing', '1d', ''],
  ] as const)('%s is an error that names the field', async (_, period, stamp) => {
    const session = await rows(`${stamp},1,2,1,2,1`);
    const error = await refusal(session.fetchBars(spy(period, '2024-06-24', '2024-06-28'), never));
    expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
    expect(error.message).toContain('date');
  });

  it('an answer without rows and without a word is no proof that there are none', async () => {
    const error = await refusal((await rows()).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
  });
});

it('an answer of any fields is bars of its range or an error, never "no data"', async () => {
  let fields: string[] = [];
  const { options } = await tws({ onHistory: (line, id) => line.say([17, id, ...fields]) });
  const session = ibkrAt(options, NOW);
  const token = fc.oneof(
    fc.constantFrom('', '0', '1', '2', '-1', '20240624', '20240628', '1e308', 'NaN', '20240624 x', '1719581400'),
    fc.string({ maxLength: 6 }).map((text) => text.replaceAll('\0', '')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(token, { maxLength: 24 }), async (drawn) => {
      fields = drawn;
      try {
        const { bars, dropped } = await session.fetchBars(WEEK, never);
        expect(faultsOf(bars, WEEK)).toEqual([]);
        // Dates of the margin are left out uncounted.
        if (drawn.includes('20240624') || drawn.includes('20240628')) return;
        expect(bars.time.length + countDropped(dropped)).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof VortexError)) throw error;
        expect(['bad-answer', 'provider-fault']).toContain(error.code);
      }
    }),
    { numRuns: 150 },
  );
});

describe('an answer that was cut short without a word', () => {
  const script = (older: (id: string) => readonly (string | number)[]): Script => ({
    onHead: (line, id) => line.say(wordOf(id, 162, 'Historical Market Data Service error message:No head time stamp')),
    onHistory: (line, id, _, nth) => line.say(nth === 1 ? historyOf(id, '20240624,1,2,1,2,1') : older(id)),
  });
  const JUNE = spy('1d', '2024-05-27', '2024-07-03');

  it('is asked on from where it ends', async () => {
    const { options, heard } = await tws(script((id) => historyOf(id, '20240528,1,2,1,2,1', '20240624,3,3,3,3,3')));
    const { bars } = await ibkrAt(options, NOW).fetchBars(JUNE, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-05-28', '2024-06-24']);
    const asked = heard.filter(([kind]) => kind === '20');
    expect(asked.map((fields) => fields[15])).toEqual(['20240703-06:00:00', '20240624-12:00:00']);
  });

  it('counts as whole once the server says that there is nothing older', async () => {
    const { options } = await tws(script((id) => wordOf(id, 162, NO_DATA)));
    const { bars } = await ibkrAt(options, NOW).fetchBars(JUNE, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-24']);
  });

  it('fails the series when the older part fails', async () => {
    const { options } = await tws(script((id) => wordOf(id, 162, 'something else')));
    expect((await refusal(ibkrAt(options, NOW).fetchBars(JUNE, never))).code).toBe('provider-fault');
  });
});

describe('what is asked for on the wire', () => {
  it.each([
    ['1m', '2024-06-24', '2024-06-30', '20240630-00:01:00', '1 W'],
    ['5m', '2024-06-01', '2024-06-28', '20240628-00:05:00', '1 M'],
    ['1h', '2024-01-01', '2024-06-16', '20240616-01:00:00', '6 M'],
    ['1h', '2024-07-02', '2024-07-03', '20240703-01:00:00', '3 D'],
    ['1h', '2024-07-02T20:00Z', '2024-07-03T06:00Z', '20240703-06:00:00', '3 D'],
    ['1d', '2024-06-28', '2024-06-29', '20240629-12:00:00', '3 D'],
    ['1d', '2024-01-01', '2024-07-01', '20240701-12:00:00', '7 M'],
    ['1d', '2019-07-08', '2024-07-01', '20240701-12:00:00', '5 Y'],
    ['1d', '2024-06-28', '2024-07-03', '20240703-06:00:00', '1 W'],
    ['1wk', '2024-05-06', '2024-06-03', '20240603-12:00:00', '6 W'],
    ['1mo', '2024-01-01', '2024-06-01', '20240601-12:00:00', '7 M'],
  ] as const)('%s from %s to %s ends %s and reaches back %s', (period, from, to, end, duration) => {
    const ask = askFor(period, { from: at(from), to: at(to) }, at(NOW));
    expect([ask.endText, ask.duration]).toEqual([end, duration]);
  });

  it('every span of the capabilities fits its longest duration', () => {
    const longest = {
      '1m': '1 W',
      '5m': '1 M',
      '15m': '1 M',
      '30m': '1 M',
      '1h': '6 M',
      '1d': '5 Y',
      '1wk': '20 Y',
      '1mo': '20 Y',
    };
    for (const [period, duration] of Object.entries(longest) as [Period, string][]) {
      const spanMs = (ibkr.capabilities.periods[period]?.spanDays ?? 0) * 86_400_000;
      const to = at('2024-07-01');
      expect(askFor(period, { from: to - spanMs, to }, at(NOW)).duration, period).toBe(duration);
    }
  });

  it('trades in regular hours of a stock, all hours of a contract, a middle price of a pair; seconds, not clock times', async () => {
    const { options, heard } = await tws({
      onDetails: (line, id, fields) => {
        const of = { symbol: fields[4] ?? '', secType: fields[5] ?? '', exchange: fields[10] ?? '', conId: 7 };
        const future = { lastDate: '20240828 13:30 US/Eastern', month: '202408', multiplier: 100, tradingClass: 'GC' };
        const contract = of.secType === 'FUT' ? { ...of, ...future } : of;
        line.say(detailsOf(id, contract), [52, 1, id]);
      },
      onHistory: (line, id) => line.say(wordOf(id, 162, NO_DATA)),
    });
    const session = ibkrAt(options, NOW);
    const gold = contractIn(market('GOLD'), 'Q24');
    await session.fetchBars(WEEK, never);
    await session.fetchBars({ ...WEEK, extendedHours: true }, never);
    await session.fetchBars({ ...WEEK, ...gold }, never);
    await session.fetchBars({ ...WEEK, instrument: forex('EURUSD') }, never);
    const asked = heard.filter(([kind]) => kind === '20');
    // Regular hours, what is shown, format of dates, expired contracts.
    expect(asked.map((fields) => [fields[18], fields[19], fields[20], fields[14]])).toEqual([
      ['1', 'TRADES', '2', '0'],
      ['0', 'TRADES', '2', '0'],
      ['0', 'TRADES', '2', '1'],
      ['0', 'MIDPOINT', '2', '0'],
    ]);
    const searched = heard
      .filter(([kind]) => kind === '9')
      .map((fields) => [fields[4], fields[5], fields[6], fields[10], fields[12], fields[15]]);
    expect(searched).toEqual([
      ['SPY', 'STK', '', 'SMART', 'USD', '0'],
      ['GC', 'FUT', '202408', 'COMEX', '', '1'],
      ['EUR', 'CASH', '', 'IDEALPRO', 'USD', '0'],
    ]);
  });

  it('nothing before the first bar or after the last trade date is asked for', async () => {
    const { fetch, sandbox } = await desk(NOW);
    const before = await fetch(spy('1d', '1985-01-01', '1989-01-01'));
    expect(before.bars.time).toHaveLength(0);
    expect(before.source.firstBar).toBe(at('1993-01-29T14:30:00Z'));
    // The contract, where it begins, and whether nothing lies right before that: once.
    expect(await sandbox.requests('ibkr')).toBe(3);
    await fetch(spy('1d', '1981-01-01', '1985-01-01'));
    expect(await sandbox.requests('ibkr')).toBe(3);
    // GCJ24 traded until 26 April 2024.
    const after = await fetch(
      request({ ...contractIn(market('GOLD'), 'J24'), period: '1d', from: '2024-04-29', to: '2024-05-01' }),
    );
    expect(after.bars.time).toHaveLength(0);
    expect(await sandbox.requests('ibkr')).toBe(5);
  });
});

describe('a recorded answer of TWS', () => {
  it.skipIf(NO_RECORDINGS !== undefined)(`gives the bars that stand in it ${NO_RECORDINGS ?? ''}`.trim(), async () => {
    const lines = readFileSync(join(recordedFolder('ibkr'), 'rust-ibapi-wire-messages.txt'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('\\0') && !line.startsWith('#'));
    const messages = lines.map((line) => (line.split('\t')[1] ?? '').split('\\0').slice(0, -1));
    const recorded = messages.find(([kind]) => kind === '17') ?? [];
    const { options } = await tws({ onHistory: (line, id) => line.say([17, id, ...recorded.slice(2)]) });
    const asked = spy('1d', '2023-04-10', '2023-04-15');
    const { bars } = await ibkrAt(options, '2023-04-20T00:00:00Z').fetchBars(asked, never);
    expect(stampsOf(bars, '1d')).toEqual(['2023-04-13', '2023-04-14']);
    expect([...bars.open]).toEqual([182.94, 183.88]);
    expect([...bars.high]).toEqual([186.5, 186.28]);
    expect([...bars.low]).toEqual([180.94, 182.01]);
    expect([...bars.close]).toEqual([185.9, 185]);
    expect([...bars.volume]).toEqual([948_837.22, 810_998.27]);
  });
});
