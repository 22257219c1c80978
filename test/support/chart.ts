/** Seconds since the epoch of an instant. */
export function at(instant: string): number {
  return Date.parse(instant) / 1000;
}

type Values = readonly (number | string | null)[];

/** What a hand-made answer of the chart endpoint holds. */
export interface ChartParts {
  readonly symbol?: string;
  readonly zone?: string;
  /** `1d`, `1h` … */
  readonly granularity?: string;
  readonly currency?: string | null;
  /** Instants; absent: the key `timestamp` is absent, as in Yahoo's empty answers. */
  readonly stamps?: readonly string[];
  readonly close?: Values;
  /** Each as `close` unless given. */
  readonly open?: Values;
  readonly high?: Values;
  readonly low?: Values;
  readonly volume?: Values;
  /** Absent: no adjclose at all. */
  readonly adjclose?: Values;
  readonly events?: unknown;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A body of the chart endpoint, in Yahoo's form. */
export function chartBody(parts: ChartParts): string {
  const { stamps, close, adjclose, events } = parts;
  const quote =
    close === undefined
      ? {}
      : {
          open: parts.open ?? close,
          high: parts.high ?? close,
          low: parts.low ?? close,
          close,
          volume: parts.volume ?? close.map((value) => (value === null ? null : 100)),
        };
  const result = {
    meta: {
      currency: parts.currency === undefined ? 'USD' : parts.currency,
      symbol: parts.symbol ?? 'SPY',
      exchangeTimezoneName: parts.zone ?? 'America/New_York',
      dataGranularity: parts.granularity ?? '1d',
      ...parts.meta,
    },
    ...(stamps === undefined ? {} : { timestamp: stamps.map(at) }),
    ...(events === undefined ? {} : { events }),
    indicators: { quote: [quote], ...(adjclose === undefined ? {} : { adjclose: [{ adjclose }] }) },
  };
  return JSON.stringify({ chart: { result: [result], error: null } });
}

/** An error of the chart endpoint, in Yahoo's form. */
export function errorBody(code: string, description: string): string {
  return JSON.stringify({ chart: { result: null, error: { code, description } } });
}
