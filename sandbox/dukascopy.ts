import type { Answer } from './answer.ts';
import { DUKASCOPY_PAGES, found, notFound } from './dukascopy-answers.ts';
import { quirkCandles } from './dukascopy-quirks.ts';
import type { CandleRow } from './dukascopy-quirks.ts';
import { readCandleRequest } from './dukascopy-request.ts';
import type { CandleRequest } from './dukascopy-request.ts';
import type { DrawnFaults } from './faults.ts';
import { barsThere, toldFirst } from './row-faults.ts';
import type { Security } from './securities.ts';
import type { StandIn, StandInRequest } from './stand-in.ts';
import type { TickBar } from './tick-bars.ts';
import type { Truth } from './truth.ts';
import { utcBars } from './utc-truth.ts';

const INSTRUMENT = /^\/v1\/instruments\/([^/]+)$/;
const CODE = /^([A-Z]{3})-([A-Z]{3})$/;
/** How much the buyer pays more than the seller gets, in units. */
const SPREAD = 3;

/** The pair or the coin of a code; nothing else of the made-up market is carried there. */
function securityOf(truth: Truth, code: string, now: number): Security | undefined {
  const security = truth.find('forex', code.replace(CODE, '$1$2'), now);
  if (security !== undefined) return CODE.test(code) ? security : undefined;
  const coin = truth.find('stock', code, now);
  return coin?.venue === 'crypto' ? coin : undefined;
}

/** Currencies have a digit more there than the ticks of the market. */
function unitsOf({ class: assetClass, price }: Security): { readonly decimals: number; readonly perTick: number } {
  const finer = assetClass === 'forex' ? 1 : 0;
  return { decimals: Math.round(Math.log10(price.scale)) + finer, perTick: price.step * 10 ** finer };
}

/** Numbers as a Java server writes them: 46974.0, and 1.0E-5 below a thousandth. */
function javaText(value: number): string {
  if (Number.isInteger(value)) return `${value}.0`;
  if (Math.abs(value) >= 0.001) return String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent}`;
}

const differencesOf = (values: readonly number[]): number[] =>
  values.map((value, row) => value - (row === 0 ? value : (values[row - 1] ?? 0)));

function candlesText(
  security: Security,
  request: CandleRequest,
  rows: readonly CandleRow[],
  { quirks }: DrawnFaults,
): string {
  const differences = (values: readonly number[]): string =>
    differencesOf(values)
      .map((value) => (quirks.has('rows-text') ? `"${value}"` : String(value)))
      .join(',');
  const { decimals, perTick } = unitsOf(security);
  const scale = 10 ** decimals;
  const spread = request.side === 'ASK' ? SPREAD : 0;
  const columns = (['open', 'high', 'low', 'close'] as const).map((name) => {
    const units = rows.map(({ bar }: { bar: TickBar }) => bar[name] * perTick + spread);
    const [first] = units;
    return { name, base: first === undefined ? 'null' : javaText(first / scale), steps: differences(units) };
  });
  const { from } = request.range;
  const times = rows.map(({ time }, row) => (time - (row === 0 ? from : (rows[row - 1]?.time ?? 0))) / request.length);
  const volumes = rows.map(({ bar, withVolume }) => (withVolume ? javaText(bar.volume * security.lot) : 'null'));
  return (
    `{"timestamp":${from},"multiplier":${javaText(1 / scale)},` +
    columns.map(({ name, base }) => `"${name}":${base},`).join('') +
    `"shift":${request.length},"${quirks.has('drifted') ? 'offsets' : 'times'}":[${times.join(',')}],` +
    columns.map(({ name, steps }) => `"${name}s":[${steps}],`).join('') +
    `"volumes":[${volumes.join(',')}]}`
  );
}

function instrumentText(code: string, security: Security, faults: DrawnFaults, now: number): string {
  const { decimals } = unitsOf(security);
  const histories = ['TICK', 'MINUTE', 'HOUR', 'DAY'].map((period) => ({
    period,
    from: toldFirst(security.first, faults, now),
  }));
  const [base = '', quote = ''] = code.split('-');
  return JSON.stringify({
    name: `${base}/${quote}`,
    code,
    priceScale: decimals,
    description: faults.identity === undefined ? security.name : 'Another pair, made up',
    histories,
  });
}

function answerDukascopy(truth: Truth, { path, query }: StandInRequest, now: number, faults: DrawnFaults): Answer {
  const asked = INSTRUMENT.exec(path)?.[1];
  if (asked !== undefined) {
    const code = decodeURIComponent(asked);
    const security = securityOf(truth, code, now);
    return security === undefined
      ? notFound(`no instrument ${code}`)
      : found(instrumentText(code, security, faults, now), false);
  }
  const request = readCandleRequest(path, query, now);
  if (request === undefined) return notFound(`nothing at ${path}`);
  if ('status' in request) return request;
  const security = securityOf(truth, request.code, now);
  if (security === undefined) return notFound(`no instrument ${request.code}`);
  const bars = utcBars(truth, security, request.length, request.range, now);
  const there = barsThere(bars, request.code, faults, now);
  const rows = quirkCandles(there, faults.quirks, request.length, request.range);
  return found(candlesText(security, request, rows, faults), request.complete);
}

/** Answers as Dukascopy's price archive does: pairs and coins, candles of a minute, an hour and a day. */
export function dukascopyStandIn(truth: Truth): StandIn {
  return {
    pages: DUKASCOPY_PAGES,
    env: (url) => ({ VORTEX_DUKASCOPY_BASE_URL: url, VORTEX_DUKASCOPY_PACE_MS: '0' }),
    answer: (request, now, faults) => answerDukascopy(truth, request, now, faults),
  };
}
