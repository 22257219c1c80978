import { BarSizeSetting, SecType, WhatToShow } from '@stoqey/ib';
import type { ContractDetails } from '@stoqey/ib';
import type { Period } from '../../market/period.ts';
import type { Listed } from './contracts.ts';
import type { HistoryRow, Question, WireContract } from './link.ts';
import type { Search } from './naming.ts';

const BAR_SIZES: Readonly<Record<Period, BarSizeSetting>> = {
  '1m': BarSizeSetting.MINUTES_ONE,
  '5m': BarSizeSetting.MINUTES_FIVE,
  '15m': BarSizeSetting.MINUTES_FIFTEEN,
  '30m': BarSizeSetting.MINUTES_THIRTY,
  '1h': BarSizeSetting.HOURS_ONE,
  '1d': BarSizeSetting.DAYS_ONE,
  '1wk': BarSizeSetting.WEEKS_ONE,
  '1mo': BarSizeSetting.MONTHS_ONE,
};
const EPOCH_SECONDS = 2;

function searched({ secType, symbol, exchange, currency, month }: Search): WireContract {
  return {
    symbol,
    secType: SecType[secType],
    exchange,
    ...(currency === undefined ? {} : { currency }),
    ...(month === undefined ? {} : { lastTradeDateOrContractMonth: month }),
    includeExpired: secType === 'FUT',
  };
}

/** Every contract that the search finds, by one page. */
export function contractDetails(search: Search): Question<ContractDetails[]> {
  return {
    send: (api, id) => api.reqContractDetails(id, searched(search)),
    listen: (resolve) => {
      const found: ContractDetails[] = [];
      return {
        details: (details) => found.push(details),
        detailsEnd: () => {
          resolve(found);
        },
      };
    },
  };
}

/** One series there: the contract and which of its hours count. */
export interface Stream {
  readonly search: Search;
  readonly listed: Listed;
  /** Regular trading hours only. */
  readonly regularHours: boolean;
}

function streamed({ search, listed }: Stream): WireContract {
  return {
    conId: listed.conId,
    secType: SecType[search.secType],
    exchange: search.exchange,
    includeExpired: search.secType === 'FUT',
  };
}

/** Trades; a pair of currencies has none, but a price between bid and ask. */
const shown = ({ search }: Stream): WhatToShow => (search.secType === 'CASH' ? WhatToShow.MIDPOINT : WhatToShow.TRADES);

/** When the history of a series begins, as text. */
export function headTimestamp(stream: Stream): Question<string> {
  return {
    send: (api, id) => api.reqHeadTimestamp(id, streamed(stream), shown(stream), stream.regularHours, EPOCH_SECONDS),
    cancel: (api, id) => api.cancelHeadTimestamp(id),
    listen: (resolve) => ({ head: resolve }),
  };
}

/** Bars up to an instant. @param endText `20240131-00:00:00`, UTC @param duration `1 M` */
export function history(stream: Stream, period: Period, endText: string, duration: string): Question<HistoryRow[]> {
  return {
    send: (api, id) =>
      api.reqHistoricalData(
        id,
        streamed(stream),
        endText,
        duration,
        BAR_SIZES[period],
        shown(stream),
        stream.regularHours,
        EPOCH_SECONDS,
        false,
      ),
    cancel: (api, id) => api.cancelHistoricalData(id),
    listen: (resolve) => {
      const rows: HistoryRow[] = [];
      return {
        row: (row) => {
          if (row.time.startsWith('finished')) resolve(rows);
          else rows.push(row);
        },
      };
    },
  };
}
