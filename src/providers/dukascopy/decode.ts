import { allocateBars, PRICE_COLUMNS } from '../../market/bars.ts';
import type { Bars } from '../../market/bars.ts';
import { unknownForm } from './answers.ts';
import { CANDLE_MS } from './candle-files.ts';
import type { CandleFile } from './candle-files.ts';
import type { Candles } from './wire.ts';

const MOST_DECIMALS = 12;
/** How far a base may lie from a whole number of units: doubles are far closer, and what is farther off is no such price. */
const OFF_GRID = 0.01;

/** A multiplier as a fraction, 0.00001 = 1 / 100000: a whole number divided by a power of ten is the exact decimal. */
interface Tick {
  readonly step: number;
  readonly scale: number;
}

function tickOf(multiplier: number): Tick | undefined {
  for (let decimals = 0, scale = 1; decimals <= MOST_DECIMALS; decimals++, scale *= 10) {
    const step = Math.round(multiplier * scale);
    if (step > 0 && Math.abs(multiplier * scale - step) < 1e-9 * step) return { step, scale };
  }
  return undefined;
}

const COLUMNS = { open: 'opens', high: 'highs', low: 'lows', close: 'closes' } as const;

function checkLengths(candles: Candles, url: string): void {
  const { times } = candles;
  for (const name of [...Object.values(COLUMNS), 'volumes'] as const) {
    const { length } = candles[name];
    if (length !== times.length) throw unknownForm(`${name} has ${length} values for ${times.length} times`, url);
  }
}

/** Writes the running sum of a column; what is no whole number cannot be summed, and spoils all that follows it. */
function sumUp(
  name: string,
  column: readonly unknown[],
  start: number,
  url: string,
  put: (row: number, sum: number) => void,
): void {
  let sum = start;
  for (let row = 0; row < column.length; row++) {
    const step = column[row];
    sum += typeof step === 'number' ? step : Number.NaN;
    if (!Number.isSafeInteger(sum))
      throw unknownForm(`${name}.${row} is ${JSON.stringify(step)}, no whole number`, url);
    put(row, sum);
  }
}

/**
 * The candles of an answer, one bar each; what was not traded has none. `time` is the start of the candle, UTC. Rows are as they
 * came: unchecked for order and range.
 * @param url the address asked, for messages
 * @throws VortexError `bad-answer`
 */
export function decodeCandles(candles: Candles, { size, range }: CandleFile, url: string): Bars {
  const { timestamp, shift, multiplier, times, volumes } = candles;
  if (shift !== CANDLE_MS[size]) throw unknownForm(`shift is ${shift}, that of a ${size} is ${CANDLE_MS[size]}`, url);
  if (timestamp < range.from || timestamp >= range.to || (timestamp - range.from) % shift !== 0) {
    throw unknownForm(`timestamp is ${timestamp} when asked for candles from ${range.from} to ${range.to}`, url);
  }
  checkLengths(candles, url);
  const bars = allocateBars(times.length, []);
  if (times.length === 0) return bars;
  const tick = tickOf(multiplier);
  if (tick === undefined) throw unknownForm(`multiplier ${multiplier} is no decimal fraction`, url);
  sumUp('times', times, 0, url, (row, sum) => {
    bars.time[row] = timestamp + sum * shift;
  });
  for (const name of PRICE_COLUMNS) {
    const base = candles[name];
    if (base === null) throw unknownForm(`${name} is null for ${times.length} times`, url);
    const units = Math.round(base / multiplier);
    if (Math.abs(base / multiplier - units) > OFF_GRID) {
      throw unknownForm(`${name} ${base} is no multiple of the multiplier ${multiplier}`, url);
    }
    const column = bars[name];
    sumUp(COLUMNS[name], candles[COLUMNS[name]], units, url, (row, sum) => {
      column[row] = (sum * tick.step) / tick.scale;
    });
  }
  volumes.forEach((volume, row) => {
    if (typeof volume === 'number') bars.volume[row] = volume;
    else if (volume !== null) throw unknownForm(`volumes.${row} is ${JSON.stringify(volume)}, no number`, url);
  });
  return bars;
}
