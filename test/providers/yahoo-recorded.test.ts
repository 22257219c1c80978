import { beforeAll, describe, expect, it } from 'vitest';
import type { Instrument } from '../../src/market/instrument.ts';
import { isPeriod } from '../../src/market/period.ts';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { answer, serve } from '../support/loopback.ts';
import type { RecordedRow } from '../support/recorded.ts';
import {
  exchangeNames,
  NO_RECORDINGS,
  readExchange,
  recordedFolder,
  recordedRows,
  resultIn,
  shortestFloat32,
} from '../support/recorded.ts';
import { atWork, faultsOf, forex, request, stampsOf, stock } from '../support/session.ts';

const NOW = '2026-01-05T12:00:00Z';
const COLUMNS = ['open', 'high', 'low', 'close'] as const;
const NAMES = NO_RECORDINGS === undefined && process.env['RECORDED_DIR'] !== undefined ? exchangeNames() : [];

if (NO_RECORDINGS !== undefined) console.warn(NO_RECORDINGS);

function instrumentOf(symbol: string): Instrument {
  return symbol.endsWith('=X') ? forex(symbol.slice(0, -2)) : stock(symbol);
}

/** What was asked in a recording, as our request. Of the one that asked for an empty range it is the day. */
function wishOf(url: URL) {
  const seconds = (name: string): string => new Date(Number(url.searchParams.get(name)) * 1000).toISOString();
  const period = url.searchParams.get('interval') ?? '';
  if (!isPeriod(period)) throw new Error(`no period: ${period}`);
  const dated = period === '1d';
  const ends = [seconds('period1'), seconds('period2')];
  if (ends[0] === ends[1]) ends[1] = new Date(Date.parse(ends[0] ?? '') + 86_400_000).toISOString();
  const [from, to] = ends.map((text) => (dated ? text.slice(0, 10) : text));
  const symbol = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
  const extendedHours = url.searchParams.get('includePrePost') === 'true';
  return { instrument: instrumentOf(symbol), period, from: from ?? '', to: to ?? '', extendedHours };
}

/** The same number, but for what float32 has put behind it. */
function sameAs(ours: number, recorded: number | null): boolean {
  if (recorded === null) return Number.isNaN(ours);
  if (Math.fround(recorded) !== recorded) return ours === recorded;
  return Math.fround(ours) === recorded && String(ours) === shortestFloat32(recorded);
}

describe.skipIf(NO_RECORDINGS !== undefined)('recorded answers of Yahoo', () => {
  beforeAll(() => {
    recordedFolder('yahoo');
  });

  it('are all there', () => {
    expect(NAMES).toHaveLength(24);
  });

  it.each(NAMES)('%s', async (name) => {
    const exchange = readExchange(name);
    const { status, bodyJson } = exchange.response;
    const wish = wishOf(new URL(exchange.request.url));
    const asked = request(wish);
    const server = await serve((_, response) => {
      answer(response, status, JSON.stringify(bodyJson));
    });
    // The reach of minutes ends long before today.
    const now = wish.period === '1d' ? NOW : wish.to;
    const { bars, dropped, source } = await atWork(yahoo, { base_url: server.url }, now).fetch(asked);
    expect(faultsOf(bars, asked)).toEqual([]);
    if (bodyJson.chart.error !== null) {
      expect(bars.time).toHaveLength(0);
      return;
    }
    const result = resultIn(exchange);
    const isAsked = ({ instant, date }: RecordedRow): boolean =>
      wish.period === '1d'
        ? date >= wish.from && date < wish.to
        : instant >= Date.parse(wish.from) && instant < Date.parse(wish.to);
    const inside = recordedRows(result).filter(isAsked);
    const expected = inside.filter(({ values }) => values.close !== null);
    const stamp = ({ instant, date }: RecordedRow): string =>
      wish.period === '1d' ? date : new Date(instant).toISOString().replace('.000', '');
    expect(stampsOf(bars, wish.period)).toEqual(expected.map(stamp));
    expected.forEach(({ values }, row) => {
      const wrong = COLUMNS.filter((column) => !sameAs(bars[column][row] ?? Number.NaN, values[column]));
      expect(wrong, stamp(expected[row] ?? { instant: 0, date: '', values })).toEqual([]);
      expect(bars.volume[row]).toBe(values.volume);
      const adjusted = bars.extras.get('Adj Close');
      if (adjusted !== undefined) expect(sameAs(adjusted[row] ?? Number.NaN, values.adjclose)).toBe(true);
    });
    expect(dropped['null-close']).toBeUndefined();
    expect(dropped['no-trade'] ?? 0).toBe(inside.length - expected.length);
    expect(source).toMatchObject({ timezone: result.meta.exchangeTimezoneName, currency: result.meta.currency });

    const amounts = Object.values(result.events?.dividends ?? {}).map(({ amount }) => amount);
    const ours = [...(bars.extras.get('Dividends') ?? [])].filter((value) => value !== 0);
    if (wish.instrument.class === 'stock' && wish.period === '1d')
      expect(ours).toEqual(amounts.map((amount) => Number(shortestFloat32(amount))));
    const factors = [...(bars.extras.get('Stock Splits') ?? [])].filter((value) => value !== 0);
    expect(factors).toEqual(
      Object.values(result.events?.splits ?? {}).map(({ numerator, denominator }) => numerator / denominator),
    );
  });
});
