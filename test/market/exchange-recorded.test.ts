import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatTradeDate, isWeekday, parseTradeDate, weekday } from '../../src/market/calendar.ts';
import { catalogue } from '../../src/market/catalogue.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import { exchangeTable, knownYears } from '../../src/market/exchange-tables.ts';
import { DAY_MS, HOUR_MS } from '../../src/market/period.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';
import { recordedSessions } from './recorded-sessions.ts';

const dateOf = (text: string): number => parseTradeDate(text) ?? Number.NaN;

function tableOf(id: string): ExchangeTable {
  const table = exchangeTable(id);
  if (table === undefined) throw new Error(`no table of ${id}`);
  return table;
}

/** Dates of [first, last] on which the table has a session, with its hours as text. */
function daysOf(table: ExchangeTable, first: string, last: string): Map<string, string> {
  const days = new Map<string, string>();
  for (let date = dateOf(first); date <= dateOf(last); date += DAY_MS) {
    const { session } = table.day(date);
    if (session !== undefined) days.set(formatTradeDate(date), hours(session.open, session.close));
  }
  return days;
}

const hours = (open: number, close: number): string =>
  `${new Date(open).toISOString().slice(11, 16)} to ${new Date(close).toISOString().slice(11, 16)}`;

function differences(ours: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): string[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].filter((date) => ours.get(date) !== theirs.get(date)).sort();
}

/** Dates on which the recording itself is wrong. */
const RECORDED_WRONG: Readonly<Record<string, readonly string[]>> = {
  // Typhoon Saola and the black rain came after the recording was made.
  XHKG: ['2023-09-01', '2023-09-08'],
  // The exchange closed early on the Fridays before Christmas and New Year; the recording has it so in all other years.
  XASX: ['2022-12-23', '2022-12-30'],
};

describe.skipIf(NO_RECORDINGS !== undefined)('tables and recorded sessions', () => {
  it.each(['XNYS', 'XTSE', 'XLON', 'XETR', 'XTKS', 'XHKG', 'XASX', 'BVMF'])(
    '%s opens and closes on the recorded dates, to the minute, half days included',
    (id) => {
      const sessions = recordedSessions(`${id.toLowerCase()}.csv`);
      const theirs = new Map(sessions.map(({ date, open, close }) => [date, hours(open, close)]));
      const ours = daysOf(tableOf(id), sessions[0]?.date ?? '', sessions.at(-1)?.date ?? '');
      expect(ours.size).toBeGreaterThan(3_500);
      expect(differences(ours, theirs)).toEqual(RECORDED_WRONG[id] ?? []);
    },
  );

  it.each(['XNYS', 'XTSE', 'XLON', 'XETR', 'XTKS', 'XHKG', 'XASX', 'BVMF'])(
    '%s has half days where a recorded session is shorter than those around it, and a bar due in every session',
    (id) => {
      const table = tableOf(id);
      const sessions = recordedSessions(`${id.toLowerCase()}.csv`);
      const short = sessions.filter(({ open, close }, index) => {
        const around = sessions.slice(Math.max(0, index - 5), index + 6);
        return close - open < Math.max(...around.map((other) => other.close - other.open)) - HOUR_MS;
      });
      const halves = sessions.filter(({ date }) => table.day(dateOf(date)).session?.isHalf === true);
      const names = (list: typeof sessions): string[] => list.map(({ date }) => date);
      const wrong = RECORDED_WRONG[id] ?? [];
      expect(names(halves).filter((date) => !wrong.includes(date))).toEqual(names(short));
      expect(sessions.filter(({ date }) => !table.day(dateOf(date)).isDue).map(({ date }) => date)).toEqual(
        id === 'XHKG' ? wrong : [],
      );
    },
  );

  it('CMES opens at the recorded instants, and is open on three days of mourning that stocks alone kept', () => {
    const sessions = recordedSessions('cmes.csv');
    const table = tableOf('CMES');
    const theirs = new Map(sessions.map(({ date, open }) => [date, new Date(open).toISOString()]));
    const ours = new Map(
      [...daysOf(table, sessions[0]?.date ?? '', sessions.at(-1)?.date ?? '').keys()].map((date) => [
        date,
        new Date(table.day(dateOf(date)).session?.open ?? 0).toISOString(),
      ]),
    );
    expect(differences(ours, theirs)).toEqual(['2007-01-02', '2018-12-05', '2025-01-09']);
  });

  it('CMES has half days on the recorded ones', () => {
    const table = tableOf('CMES');
    const sessions = recordedSessions('cmes.csv');
    const short = sessions.filter(({ open, close }) => close - open < 20 * HOUR_MS).map(({ date }) => date);
    const halves = sessions.filter(({ date }) => table.day(dateOf(date)).session?.isHalf === true);
    expect(halves.map(({ date }) => date)).toEqual(short);
  });
});

/** Ids that the recording uses and the catalogue of the product does not list as a market of its own exchange. */
const OTHER_EXCHANGE: Readonly<Record<string, string>> = {
  AUD_micro: 'CMES',
  CAD_micro: 'CMES',
  EUR_micro: 'CMES',
  GBP_micro: 'CMES',
  CRUDE_W_micro: 'CMES',
  'ETHER-micro': 'CMES',
};

const FAMILY: Readonly<Record<string, string>> = {
  CME: 'CMES',
  CBOT: 'CMES',
  NYMEX: 'CMES',
  COMEX: 'CMES',
  'ICE/US': 'IFUS',
  EUREX: 'XEUR',
  TMX: 'XMOD',
  CFE: 'XCBF',
  EuronextCom: 'XPAR',
  JPX: 'XOSE',
  'ICE/CA': 'IFCA',
  'ICE/SG': 'XSCE',
};

function exchangeOf(market: string): string | undefined {
  if (market.endsWith('-TFEX')) return 'TFEX';
  return OTHER_EXCHANGE[market] ?? FAMILY[catalogue().get(market)?.exchange ?? ''];
}

/** The recorded contracts of an exchange, their dates in Chicago; those of this century. */
function contractsOf(id: string): ReadonlySet<string>[] {
  return readdirSync(recordedFolder('barchart-contracts')).flatMap((name) => {
    const [, market = '', year = ''] = /^Day_(.+)_(\d{4})\d{4}\.csv$/.exec(name) ?? [];
    if (exchangeOf(market) !== id || Number(year) < 2000) return [];
    const text = readFileSync(join(recordedFolder('barchart-contracts'), name), 'utf8');
    return [
      new Set(
        text
          .trim()
          .split(/\r?\n/)
          .slice(1)
          .map((line) => line.slice(0, 10)),
      ),
    ];
  });
}

/** Weekdays on which a recorded contract was alive, with how many were and how many had a bar. */
function recordedDays(id: string): Map<string, { readonly live: number; readonly withBar: number }> {
  const contracts = contractsOf(id).map((dates) => ({ dates, all: [...dates].sort() }));
  const days = new Map<string, { live: number; withBar: number }>();
  for (const { dates, all } of contracts) {
    for (let date = dateOf(all[0] ?? ''); date <= dateOf(all.at(-1) ?? ''); date += DAY_MS) {
      if (!isWeekday(date)) continue;
      const text = formatTradeDate(date);
      const day = days.get(text) ?? { live: 0, withBar: 0 };
      days.set(text, { live: day.live + 1, withBar: day.withBar + (dates.has(text) ? 1 : 0) });
    }
  }
  return days;
}

describe.skipIf(NO_RECORDINGS !== undefined)('tables and recorded futures contracts', () => {
  // Some contracts have no bar on these, others have one.
  const SPLIT: Readonly<Record<string, readonly string[]>> = { CMES: ['2023-04-07'] };

  it.each(['CMES', 'IFUS', 'XEUR', 'XMOD', 'XCBF', 'XPAR', 'XOSE', 'IFCA', 'XSCE', 'TFEX'])(
    '%s expects a daily bar exactly on the weekdays on which its recorded contracts have one',
    (id) => {
      const table = tableOf(id);
      const [first, last] = knownYears(id) ?? [0, 0];
      const days = new Map(
        [...recordedDays(id)].filter(([date]) => Number(date.slice(0, 4)) >= first && Number(date.slice(0, 4)) <= last),
      );
      expect(days.size).toBeGreaterThan(120);
      const wrong = [...days]
        .filter(([date, { live, withBar }]) => 2 * withBar >= live !== table.day(dateOf(date)).isDue)
        .map(([date, { live, withBar }]) => `${date}: ${withBar} of ${live}`);
      expect(wrong.filter((line) => !SPLIT[id]?.includes(line.slice(0, 10)))).toEqual([]);
    },
  );

  it('no recorded contract has a bar on a Saturday or Sunday', () => {
    const dates = Object.values(FAMILY).flatMap((id) => contractsOf(id).flatMap((contract) => [...contract]));
    expect(dates.filter((date) => [0, 6].includes(weekday(dateOf(date))))).toEqual([]);
  });
});

/** Dates with a close in a recorded daily answer, as the clock of its exchange shows them. */
function yahooDates(symbol: string): string[] {
  const name = `old-historicalv8-${symbol}-2020-01-01-to-2021-01-04.json`;
  const { response } = recording.parse(JSON.parse(readFileSync(join(recordedFolder('yahoo'), name), 'utf8')));
  const [result] = response.bodyJson.chart.result;
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: result?.meta.exchangeTimezoneName, dateStyle: 'short' });
  const close = result?.indicators.quote[0]?.close ?? [];
  return (result?.timestamp ?? [])
    .filter((_, index) => typeof close[index] === 'number')
    .map((stamp) => format.format(stamp * 1000));
}

const recording = z.object({
  response: z.object({
    bodyJson: z.object({
      chart: z.object({
        result: z.array(
          z.object({
            meta: z.object({ exchangeTimezoneName: z.string() }),
            timestamp: z.array(z.number()),
            indicators: z.object({ quote: z.array(z.object({ close: z.array(z.number().nullable()) })) }),
          }),
        ),
      }),
    }),
  }),
});

describe.skipIf(NO_RECORDINGS !== undefined)('tables and a recorded year of a pair and a coin', () => {
  const missing = (id: string, symbol: string): string[] => {
    const bars = new Set(yahooDates(symbol));
    return [...daysOf(tableOf(id), '2020-01-01', '2021-01-03').keys()].filter(
      (date) => tableOf(id).day(dateOf(date)).isDue && !bars.has(date),
    );
  };

  it('a pair has a bar on every due date', () => {
    expect(missing('FX', 'EURUSD=X')).toEqual([]);
  });

  it('a coin has a bar on every date but the four that the source lost', () => {
    expect(missing('COINS', 'BTC-USD')).toEqual(['2020-04-17', '2020-10-09', '2020-10-12', '2020-10-13']);
  });
});
