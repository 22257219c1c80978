import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatTradeDate, parseTradeDate } from '../../src/market/calendar.ts';
import { catalogue } from '../../src/market/catalogue.ts';
import { exchangeIdOf } from '../../src/market/exchange-id.ts';
import { exchangeTable } from '../../src/market/exchange-tables.ts';
import { contractOf } from '../../src/market/futures-cycle.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { DAY_MS } from '../../src/market/period.ts';
import { seriesOf } from '../../src/market/series.ts';
import { bar } from '../market/rows.ts';
import type { Row } from '../market/rows.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';
import { replayNights } from './contract-nights.ts';
import type { Replayed } from './contract-nights.ts';

interface Recorded {
  readonly market: string;
  readonly year: number;
  readonly month: number;
  readonly rows: readonly Row[];
}

function contracts(): Recorded[] {
  const folder = recordedFolder('barchart-contracts');
  return readdirSync(folder).flatMap((name) => {
    const [, market = '', year = '', month = ''] = /^Day_(.+)_(\d{4})(\d\d)00\.csv$/.exec(name) ?? [];
    if (Number(year) < 2000) return [];
    const [, ...lines] = readFileSync(join(folder, name), 'utf8').trim().split(/\r?\n/);
    const rows = lines.map((line) => {
      const [time = '', ...values] = line.split(',');
      const [open = 0, high = 0, low = 0, close = 0, volume = 0] = values.map(Number);
      return bar(parseTradeDate(time.slice(0, 10)) ?? Number.NaN, open, high, low, close, volume);
    });
    return [{ market, year: Number(year), month: Number(month), rows }];
  });
}

const instrumentOf = (market: string): Instrument => {
  const known = catalogue().get(market);
  return {
    class: 'future',
    id: market,
    code: known?.barchartRoot ?? market,
    ...(known === undefined ? {} : { exchange: known.exchange, cycle: known.cycle }),
  };
};

const hasVolume = ({ values }: Row): boolean => (values.volume ?? 0) > 0;

interface Night {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly isProven: boolean;
  readonly result: Replayed;
}

/** The recorded contract and a later month of its market, asked for each night. */
function replayed({ market, year, month, rows }: Recorded): Night {
  const instrument = instrumentOf(market);
  const now = Date.UTC(year, month, 1);
  const series = seriesOf(instrument, contractOf(instrument.code, year, month, 365, now), '1d');
  const later = seriesOf(instrument, contractOf(instrument.code, year, month + 1, 365, now), '1d');
  const table = exchangeTable(exchangeIdOf(instrument) ?? '');
  const last = rows.at(-1)?.time ?? 0;
  // Some were recorded while they traded: their nights end with the recording.
  const isDead = last >= Date.UTC(year, month, 1) - 45 * DAY_MS;
  const result = replayNights({ series, later, rows, exchange: table, end: isDead ? last + 60 * DAY_MS : last });
  return {
    name: `${market} ${year}-${String(month).padStart(2, '0')}`,
    rows,
    isProven: table?.isProven === true,
    result,
  };
}

const dated = ({ name, result }: Night, dates: Iterable<number>): string[] =>
  [...dates].map((date) => `${name} ${formatTradeDate(date)} ${result.isEnded ? 'ended' : ''}`.trim());

/** A contract without the bar of the thirtieth date before its last. */
function withoutOne(recorded: Recorded): Recorded & { readonly missing: number } {
  const at = recorded.rows.length - 30;
  return { ...recorded, rows: recorded.rows.filter((_, row) => row !== at), missing: recorded.rows[at]?.time ?? 0 };
}

describe.skipIf(NO_RECORDINGS !== undefined)('recorded contracts, asked for night by night', () => {
  const all = NO_RECORDINGS === undefined ? contracts() : [];

  it('have no date that is called suspect, no answer that is refused, and no stale night up to their end', () => {
    const nights = all.map(replayed);
    const months = nights.flatMap(({ name, rows }) => [
      ...new Set(rows.map(({ time }) => `${name} ${formatTradeDate(time).slice(0, 7)}`)),
    ]);
    expect(months.length).toBeGreaterThan(700);
    expect(nights.filter(({ isProven }) => isProven).length).toBeGreaterThan(40);
    expect(nights.flatMap((night) => dated(night, night.result.suspects))).toEqual([]);
    expect(nights.flatMap((night) => dated(night, night.result.refusedNights))).toEqual([]);
    expect(nights.flatMap((night) => dated(night, night.result.staleNights))).toEqual([]);
  }, 60_000);

  it('and that lack one date they had: it is suspect, and nothing else is', () => {
    const liquid = all.filter(({ rows }) => rows.length >= 150 && rows.slice(-100).every(hasVolume)).map(withoutOne);
    const nights = liquid.map((recorded) => ({ ...replayed(recorded), missing: recorded.missing }));
    const proven = nights.filter(({ isProven }) => isProven);
    expect(proven.length).toBeGreaterThan(10);
    expect(proven.flatMap((night) => dated(night, night.result.suspects))).toEqual(
      proven.flatMap((night) => dated(night, [night.missing])),
    );
  }, 60_000);
});
