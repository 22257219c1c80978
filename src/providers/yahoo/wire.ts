import * as z from 'zod';

// Columns are checked value by value where they are turned into bars: 250 rows through a schema cost more than the rest.
const column = z.custom<readonly unknown[]>((value) => Array.isArray(value), 'is no list');

/** The last second that a date can be of. */
const MOST_SECONDS = 8_640_000_000_000;
/** A row's stamp beyond this, of the year 5138, is not in seconds. */
export const MOST_ROW_SECONDS = 100_000_000_000;
const seconds = z.number().min(-MOST_SECONDS).max(MOST_SECONDS);
const tradingPeriod = z.looseObject({ start: seconds, end: seconds });

const payments = z.record(z.string(), z.looseObject({ amount: z.number(), date: seconds })).nullish();

const result = z.looseObject({
  meta: z.looseObject({
    symbol: z.string().nullish(),
    currency: z.string().nullish(),
    exchangeName: z.string().nullish(),
    longName: z.string().nullish(),
    shortName: z.string().nullish(),
    exchangeTimezoneName: z.string(),
    dataGranularity: z.string(),
    instrumentType: z.string().nullish(),
    firstTradeDate: seconds.nullish(),
    currentTradingPeriod: z.looseObject({ regular: tradingPeriod.nullish() }).nullish(),
    tradingPeriods: z.unknown().optional(),
  }),
  timestamp: column.nullish(),
  events: z
    .looseObject({
      dividends: payments,
      capitalGains: payments,
      splits: z
        .record(z.string(), z.looseObject({ numerator: z.number(), denominator: z.number(), date: seconds }))
        .nullish(),
    })
    .nullish(),
  indicators: z.looseObject({
    quote: z
      .array(
        z.looseObject({
          open: column.nullish(),
          high: column.nullish(),
          low: column.nullish(),
          close: column.nullish(),
          volume: column.nullish(),
        }),
      )
      .min(1),
    adjclose: z.array(z.looseObject({ adjclose: column.nullish() })).nullish(),
  }),
});

/** Every answer of the chart endpoint, good or bad. */
export const chartAnswer = z.looseObject({
  chart: z.looseObject({
    result: z.array(result).min(1).nullish(),
    error: z.looseObject({ code: z.string(), description: z.string().nullish() }).nullish(),
  }),
});

/** The form that the crumb and gateway errors take. */
export const financeError = z.looseObject({
  finance: z.looseObject({ error: z.looseObject({ code: z.string(), description: z.string().nullish() }) }),
});

/** One series as it came: rows by index over `timestamp` (seconds since the epoch). */
export type ChartResult = z.infer<typeof result>;

/** Inner sessions of `meta.tradingPeriods`: a list per day, or pre, regular and post apart. Seconds since the epoch. */
export const tradingPeriods = z.union([
  z.array(z.array(tradingPeriod)),
  z.looseObject({
    pre: z.array(z.array(tradingPeriod)).optional(),
    regular: z.array(z.array(tradingPeriod)),
    post: z.array(z.array(tradingPeriod)).optional(),
  }),
]);
