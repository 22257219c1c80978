import * as z from 'zod';

// Columns are checked value by value where they are decoded: a day of minutes through a schema costs more than the rest.
const column = z.custom<readonly unknown[]>((value) => Array.isArray(value), 'is no list');
const base = z.number().nullable();
/** The last instant that a date can be of, milliseconds since the epoch. */
const MOST_MS = 8_640_000_000_000_000;

/**
 * Candles as they come: every column is a running sum that starts at its base. `times` count in `shift` from `timestamp`, prices
 * in `multiplier`; volumes are plain. Without a candle the bases are null.
 */
export const candlesAnswer = z.looseObject({
  timestamp: z.int().min(-MOST_MS).max(MOST_MS),
  shift: z.int().positive(),
  multiplier: z.number().positive(),
  open: base,
  high: base,
  low: base,
  close: base,
  times: column,
  opens: column,
  highs: column,
  lows: column,
  closes: column,
  volumes: column,
});
export type Candles = z.infer<typeof candlesAnswer>;

/** What is told of an instrument: since when there are candles of each size, milliseconds since the epoch. */
export const instrumentAnswer = z.looseObject({
  code: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  histories: z.array(z.looseObject({ period: z.string(), from: z.number() })),
});
export type InstrumentFacts = z.infer<typeof instrumentAnswer>;
