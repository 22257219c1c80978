type Values = readonly (number | string | null)[];

/** What a hand-made answer of Dukascopy's candles holds; what is absent is one candle of 1.14331 at the start. */
export interface CandleParts {
  /** Start of the file. */
  readonly at: string;
  readonly shift?: number;
  readonly multiplier?: number;
  /** Base of all prices, or of open, high, low and close. */
  readonly base?: number | null | readonly (number | null)[];
  readonly times?: Values;
  readonly opens?: Values;
  readonly highs?: Values;
  readonly lows?: Values;
  readonly closes?: Values;
  readonly volumes?: Values;
  /** Replaces or, as undefined, removes fields. */
  readonly other?: Readonly<Record<string, unknown>>;
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** A body of the candle addresses, in Dukascopy's form. */
export function candlesBody(parts: CandleParts): string {
  const times = parts.times ?? [0];
  const still = times.map(() => 0);
  const { base = 1.14331 } = parts;
  const [open, high, low, close] = typeof base === 'number' || base === null ? [base, base, base, base] : base;
  return JSON.stringify({
    timestamp: Date.parse(parts.at),
    multiplier: parts.multiplier ?? 0.00001,
    open,
    high,
    low,
    close,
    shift: parts.shift ?? MINUTE_MS,
    times,
    opens: parts.opens ?? still,
    highs: parts.highs ?? still,
    lows: parts.lows ?? still,
    closes: parts.closes ?? still,
    volumes: parts.volumes ?? times.map(() => 1),
    ...parts.other,
  });
}

/** A body without a candle, as at the weekend. */
export function emptyBody(at: string, shift = MINUTE_MS): string {
  return candlesBody({ at, shift, base: null, times: [] });
}

/** What is told of an instrument. */
export function instrumentBody(code: string, from = '2003-05-04T19:00:00Z'): string {
  const histories = ['TICK', 'MINUTE', 'HOUR', 'DAY'].map((period) => ({ period, from: Date.parse(from) }));
  return JSON.stringify({ name: code.replace('-', '/'), code, priceScale: 5, histories });
}
