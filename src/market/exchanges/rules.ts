import type { Holiday } from './holiday.ts';

/** Trading hours from a date on: minutes after local midnight of the trade date, negative on the evening before. */
export interface Hours {
  /** First trade date, such as 2011-03-07; absent: from the beginning. */
  readonly since?: string;
  readonly open: number;
  readonly close: number;
}

/** Days with shorter hours. */
export interface HalfDays {
  readonly days: Holiday;
  /** Absent: the usual hour. */
  readonly open?: number;
  readonly close?: number;
}

/** What is known of one exchange: pure data and rules, from which its table is made a year at a time. */
export interface ExchangeRules {
  /** IANA zone of the trade dates. */
  readonly zone: string;
  /** Recorded sessions have borne the rules out. */
  readonly isProven?: boolean;
  /** First and last year, inclusive, for which the rules claim a bar. */
  readonly known: readonly [first: number, last: number];
  readonly hours: readonly [Hours, ...Hours[]];
  readonly closed: Holiday;
  /** Sessions whose trades belong to the next trade date: no daily bar of their own is due. */
  readonly withoutBar?: Holiday;
  /** Of several that name a date, the last counts. */
  readonly half?: readonly HalfDays[];
  /** True: Saturday and Sunday are trade dates like any other. */
  readonly everyDay?: boolean;
}

/** Minutes after midnight. */
export function at(hour: number, minute = 0): number {
  return hour * 60 + minute;
}

/** The years that rules without a table of lunar dates cover. */
export const BY_RULE = [1990, 2035] as const;
