import type { TradeDate } from './calendar.ts';

/** The session of one trade date: [open, close) in milliseconds since the epoch, UTC. */
export interface ExchangeSession {
  readonly open: number;
  readonly close: number;
  readonly isHalf: boolean;
}

/** What an exchange's table says of one trade date. */
export interface ExchangeDay {
  /** Absent: the exchange is closed. */
  readonly session?: ExchangeSession;
  /** A daily bar of this date is to be expected. Sessions of CME on US holidays exist without one. */
  readonly isDue: boolean;
}

/** The trading days of an exchange, by rule. */
export interface ExchangeTable {
  /** Market identifier code or a group of our own: XNYS, CMES, FX, COINS. */
  readonly id: string;
  /** IANA zone of its trade dates. */
  readonly zone: string;
  /** Recorded sessions have borne the table out. Others count only together with the other series of their group. */
  readonly isProven: boolean;
  day(date: TradeDate): ExchangeDay;
}

/** A day on which an exchange is closed though its rules say nothing of it; from the settings. */
export interface Closure {
  readonly exchange: string;
  readonly date: TradeDate;
}
