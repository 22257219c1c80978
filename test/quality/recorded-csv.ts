import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExtraColumn } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import type { Period } from '../../src/market/period.ts';
import { table } from '../market/rows.ts';
import type { Column } from '../market/rows.ts';
import { readExchange, recordedFolder, recordedRows, resultIn } from '../support/recorded.ts';

const FOLDER = 'yahoo-yfinance-csv';
const EXTRAS: readonly ExtraColumn[] = ['Adj Close', 'Dividends', 'Stock Splits'];
const NAMES: Readonly<Record<string, Column>> = {
  Open: 'open',
  High: 'high',
  Low: 'low',
  Close: 'close',
  Volume: 'volume',
  'Adj Close': 'Adj Close',
  Dividends: 'Dividends',
  'Stock Splits': 'Stock Splits',
};

/** Names of the recorded histories, with .csv. */
export function csvNames(): string[] {
  return readdirSync(recordedFolder(FOLDER)).sort();
}

/** The period that the name of a recorded history tells. */
export function periodOf(name: string): Period {
  if (name.includes('-1wk-')) return '1wk';
  return name.includes('-15m-') ? '15m' : '1d';
}

/** One recorded history, ascending; some of the files are the other way round. Dates are those of the exchange. */
export function readCsv(name: string): Bars {
  const [head = '', ...lines] = readFileSync(join(recordedFolder(FOLDER), name), 'utf8')
    .trim()
    .split(/\r?\n/);
  const columns = head.split(',').map((title) => NAMES[title]);
  const isIntraday = periodOf(name) === '15m';
  const rows = lines.map((line) => {
    const fields = line.split(',');
    const stamp = fields[0] ?? '';
    const time = isIntraday ? Date.parse(stamp.replace(' ', 'T')) : Date.parse(stamp.slice(0, 10));
    const values: Partial<Record<Column, number>> = {};
    columns.forEach((column, index) => {
      const field = fields[index] ?? '';
      if (column !== undefined) values[column] = field === '' ? Number.NaN : Number(field);
    });
    return { time, values };
  });
  return table(
    rows.sort((a, b) => a.time - b.time),
    EXTRAS,
  );
}

/** The bars of a recorded answer, with the events that it was asked for. */
export function readChart(name: string): Bars {
  const exchange = readExchange(name);
  const result = resultIn(exchange);
  const recorded = recordedRows(result).filter(({ values }) => values.close !== null);
  const asked = new URL(exchange.request.url).searchParams.get('events') ?? '';
  const rowAt = (seconds: number): number => recorded.findLastIndex(({ instant }) => instant <= seconds * 1000);
  const dividends = new Map(
    Object.values(result.events?.dividends ?? {}).map(({ date, amount }) => [rowAt(date), amount]),
  );
  const splits = new Map(
    Object.values(result.events?.splits ?? {}).map((split) => [rowAt(split.date), split.numerator / split.denominator]),
  );
  const rows = recorded.map(({ instant, values }, row) => ({
    time: instant,
    values: {
      open: values.open ?? Number.NaN,
      high: values.high ?? Number.NaN,
      low: values.low ?? Number.NaN,
      close: values.close ?? Number.NaN,
      volume: values.volume ?? Number.NaN,
      'Adj Close': values.adjclose ?? Number.NaN,
      Dividends: dividends.get(row) ?? 0,
      'Stock Splits': splits.get(row) ?? 0,
    },
  }));
  return table(rows, asked.includes('div') ? EXTRAS : ['Adj Close', 'Stock Splits']);
}
