/** Bar sizes, smallest first. */
export const PERIODS = ['1m', '5m', '15m', '30m', '1h', '1d', '1wk', '1mo'] as const;

/** The size of a bar. */
export type Period = (typeof PERIODS)[number];

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

const LENGTH_MS: Readonly<Record<Period, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '1d': DAY_MS,
  '1wk': 7 * DAY_MS,
  '1mo': 31 * DAY_MS,
};

/** Length of one bar in milliseconds; for a month its longest. */
export function periodMs(period: Period): number {
  return LENGTH_MS[period];
}

/** True for bars stamped with an instant (UTC); false for bars stamped with a trade date. */
export function isIntraday(period: Period): boolean {
  return LENGTH_MS[period] < DAY_MS;
}

export function isPeriod(text: string): text is Period {
  return (PERIODS as readonly string[]).includes(text);
}
