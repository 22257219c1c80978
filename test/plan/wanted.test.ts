import { describe, expect, it } from 'vitest';
import { withCatalogueFacts } from '../../src/market/catalogue.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { selectInstruments } from '../../src/plan/select.ts';
import { oneYearBefore, wantedSeries } from '../../src/plan/wanted.ts';
import type { Wish } from '../../src/plan/wanted.ts';
import { at, DAY, GOLD, SPY } from './fixtures.ts';

const NOW = at('2024-07-10T12:00:00Z');
const EURUSD: Instrument = { class: 'forex', id: 'EURUSD', code: 'EURUSD' };
const date = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

/** Keys with the first and the last day wanted. */
function lines(instrument: Instrument, wish: Partial<Wish> = {}): string[] {
  const asked: Wish = { defaultPeriods: ['1d'], now: NOW, ...wish };
  return wantedSeries([{ instrument, named: true }], asked).map(
    ({ series, range }) => `${series.key} ${date(range.from)} ${date(range.to - DAY)}`,
  );
}

/** The same for a contract by its name. */
function contractLines(name: string, wish: Partial<Wish> = {}, configured: readonly Instrument[] = []): string[] {
  const { selections } = selectInstruments([name], { configured, now: wish.now ?? NOW });
  return wantedSeries(selections, { defaultPeriods: ['1d'], now: NOW, ...wish }).map(
    ({ series, range }) => `${series.key} ${date(range.from)} ${date(range.to - DAY)}`,
  );
}

describe('the range wanted without dates', () => {
  it("of a stock or a pair is from the provider's first bar to tomorrow, which the last finished bar cuts", () => {
    expect(lines(SPY)).toEqual(['stocks/1d/SPY 1900-01-01 2024-07-11']);
    expect(lines(EURUSD, { periods: ['1wk', '1mo'] })).toEqual([
      'forex/1wk/EURUSD 1900-01-01 2024-07-11',
      'forex/1mo/EURUSD 1900-01-01 2024-07-11',
    ]);
  });

  it('of intraday bars is a year', () => {
    expect(lines(SPY, { periods: ['1m', '1h'] })).toEqual([
      'stocks/1m/SPY 2023-07-10 2024-07-11',
      'stocks/1h/SPY 2023-07-10 2024-07-11',
    ]);
  });

  it('of a future is a year, contract by contract', () => {
    expect(lines(GOLD)).toEqual([
      'futures/1d/GOLD/GOLD_20230800 2023-07-10 2023-08-31',
      'futures/1d/GOLD/GOLD_20231000 2023-07-10 2023-10-31',
      'futures/1d/GOLD/GOLD_20231200 2023-07-10 2023-12-31',
      'futures/1d/GOLD/GOLD_20240200 2023-07-10 2024-02-29',
      'futures/1d/GOLD/GOLD_20240400 2023-07-10 2024-04-30',
      'futures/1d/GOLD/GOLD_20240600 2023-07-10 2024-06-30',
      'futures/1d/GOLD/GOLD_20240800 2023-09-01 2024-07-10',
      'futures/1d/GOLD/GOLD_20241000 2023-11-01 2024-07-10',
      'futures/1d/GOLD/GOLD_20241200 2024-01-01 2024-07-10',
      'futures/1d/GOLD/GOLD_20250200 2024-02-29 2024-07-10',
      'futures/1d/GOLD/GOLD_20250400 2024-04-30 2024-07-10',
      'futures/1d/GOLD/GOLD_20250600 2024-06-30 2024-07-10',
    ]);
  });

  it("is the instrument's own start_date, and for intraday its tick_date or else that", () => {
    const own = { ...SPY, startDate: at('2010-05-04'), tickDate: at('2022-02-03') };
    expect(lines(own, { periods: ['1d', '1wk', '1h'] })).toEqual([
      'stocks/1d/SPY 2010-05-04 2024-07-11',
      'stocks/1wk/SPY 2010-05-04 2024-07-11',
      'stocks/1h/SPY 2022-02-03 2024-07-11',
    ]);
    expect(lines({ ...SPY, startDate: at('2010-05-04') }, { periods: ['1h'] })).toEqual([
      'stocks/1h/SPY 2010-05-04 2024-07-11',
    ]);
    expect(lines({ ...SPY, tickDate: at('2022-02-03') })).toEqual(['stocks/1d/SPY 1900-01-01 2024-07-11']);
    expect(lines({ ...GOLD, startDate: at('2024-05-30'), cycle: 'M' })).toEqual([
      'futures/1d/GOLD/GOLD_20240600 2024-05-30 2024-06-30',
      'futures/1d/GOLD/GOLD_20250600 2024-06-30 2024-07-10',
    ]);
  });

  it('of a contract by its name is its whole life, by the day and within it', () => {
    expect(contractLines('GCJ24')).toEqual(['futures/1d/GOLD/GOLD_20240400 2023-05-01 2024-04-30']);
    expect(contractLines('GCJ20', { periods: ['1d', '1h'] })).toEqual([
      'futures/1d/GOLD/GOLD_20200400 2019-05-01 2020-04-30',
      'futures/1h/GOLD/GOLD_20200400 2019-05-01 2020-04-30',
    ]);
    expect(contractLines('GCZ24')).toEqual(['futures/1d/GOLD/GOLD_20241200 2024-01-01 2024-07-10']);
    expect(contractLines('GCZ99')).toEqual(['futures/1d/GOLD/GOLD_19991200 1998-12-31 1999-12-31']);
  });

  it('a contract whose life has not begun wants nothing', () => {
    const { selections } = selectInstruments(['GCZ29'], { configured: [], now: NOW });
    const [entry] = wantedSeries(selections, { defaultPeriods: ['1d'], now: NOW });
    expect(entry?.range.from).toBe(entry?.range.to);
  });
});

describe('the range wanted with dates', () => {
  it('has both days in it, and they count before what the instrument says', () => {
    const own = { ...SPY, startDate: at('2010-05-04'), tickDate: at('2022-02-03') };
    const dates = { start: at('2024-01-01'), end: at('2024-06-30') };
    expect(lines(own, { ...dates, periods: ['1d', '1m'] })).toEqual([
      'stocks/1d/SPY 2024-01-01 2024-06-30',
      'stocks/1m/SPY 2024-01-01 2024-06-30',
    ]);
    expect(lines(own, { end: at('2024-06-30') })).toEqual(['stocks/1d/SPY 2010-05-04 2024-06-30']);
    expect(lines(SPY, { start: at('2024-06-30'), end: at('2024-06-30') })).toEqual([
      'stocks/1d/SPY 2024-06-30 2024-06-30',
    ]);
  });

  it('of GOLD over the first half of 2024 is the worked example', () => {
    const dates = { start: at('2024-01-01'), end: at('2024-06-30') };
    expect(lines(GOLD, dates).map((line) => line.replace('futures/1d/GOLD/GOLD_', ''))).toEqual([
      '20240200 2024-01-01 2024-02-29',
      '20240400 2024-01-01 2024-04-30',
      '20240600 2024-01-01 2024-06-30',
      '20240800 2024-01-01 2024-06-30',
      '20241000 2024-01-01 2024-06-30',
      '20241200 2024-01-01 2024-06-30',
      '20250200 2024-02-29 2024-06-30',
      '20250400 2024-04-30 2024-06-30',
    ]);
  });

  it('is cut to the life of a contract by its name', () => {
    const dates = { start: at('2024-04-01'), end: at('2024-06-30') };
    expect(contractLines('GCJ24', dates)).toEqual(['futures/1d/GOLD/GOLD_20240400 2024-04-01 2024-04-30']);
  });

  it('goes by the days that a contract of the market lives', () => {
    const sugar = withCatalogueFacts({ class: 'future', id: 'SUGAR11' });
    const dates = { start: at('2024-01-01'), end: at('2024-06-30') };
    // 200 days: the contract of July lives from 2024-01-13, that of October from 2024-04-14; March 2025 begins in September.
    expect(lines({ ...sugar, cycle: 'HNV' }, dates)).toEqual([
      'futures/1d/SUGAR11/SUGAR11_20240300 2024-01-01 2024-03-31',
      'futures/1d/SUGAR11/SUGAR11_20240700 2024-01-13 2024-06-30',
      'futures/1d/SUGAR11/SUGAR11_20241000 2024-04-14 2024-06-30',
    ]);
  });
});

describe('the periods wanted', () => {
  const keys = (instrument: Instrument, wish: Partial<Wish> = {}): string[] =>
    lines(instrument, wish).map((line) => line.split('/')[1] ?? '');

  it("are those asked for, else the instrument's, else the default", () => {
    expect(keys({ ...SPY, periods: ['1h', '1d'] }, { periods: ['5m'] })).toEqual(['5m']);
    expect(keys({ ...SPY, periods: ['1h', '1d'] })).toEqual(['1h', '1d']);
    expect(keys(SPY, { defaultPeriods: ['1wk'] })).toEqual(['1wk']);
    expect(keys({ ...SPY, periods: [] })).toEqual([]);
  });
});

describe('what is known of how a series came to be wanted', () => {
  const flags = (names: readonly string[], wish: Partial<Wish> = {}): string[] => {
    const { selections } = selectInstruments(names, { configured: [{ ...GOLD, cycle: 'Z' }, SPY], now: NOW });
    const found = wantedSeries(selections, { defaultPeriods: ['1d'], now: NOW, ...wish });
    return found.map(({ series, named, suggested, startGiven }) =>
      [series.symbol, named && 'named', suggested && 'suggested', startGiven && 'start'].filter(Boolean).join(' '),
    );
  };

  it('a contract of a cycle is suggested and not named, one by its name the other way round', () => {
    expect(flags(['GOLD'])).toEqual(['GCZ23 suggested', 'GCZ24 suggested']);
    expect(flags(['GCZ24'])).toEqual(['GCZ24 named']);
    expect(flags(['AAPL', 'EURUSD'])).toEqual(['AAPL named', 'EURUSD named']);
    expect(flags([])).toEqual(['GCZ23 suggested', 'GCZ24 suggested', 'SPY']);
    expect(flags(['SPY'], { start: at('2024-01-01') })).toEqual(['SPY named start']);
  });
});

it('one year before a leap day is the first of March, before any other day the same day', () => {
  expect(date(oneYearBefore(at('2024-02-29')))).toBe('2023-03-01');
  expect(date(oneYearBefore(at('2025-02-28')))).toBe('2024-02-28');
  expect(date(oneYearBefore(at('2025-01-01')))).toBe('2024-01-01');
});
