import { z } from 'zod';
import type { Bars } from '../../src/market/bars.ts';
import type { Period } from '../../src/market/period.ts';
import { stampsOf } from './session.ts';

const truthBody = z.object({
  bars: z.array(
    z.object({
      time: z.string(),
      open: z.number(),
      high: z.number(),
      low: z.number(),
      close: z.number(),
      volume: z.number(),
    }),
  ),
});

/** A bar as the sandbox says that it is, whatever it serves. */
export type TruthBar = z.infer<typeof truthBody>['bars'][number];

/** The truth of a sandbox about a security: `stock/SPY?period=1d&from=…&to=…`; `to` is exclusive. */
export async function truthAt(sandbox: string, query: string): Promise<TruthBar[]> {
  return truthBody.parse(await (await fetch(`${sandbox}/truth/${query}`)).json()).bars;
}

/** Bars as the truth would tell of them. */
export function rowsOf(bars: Bars, period: Period): TruthBar[] {
  const at = (column: Float64Array, row: number): number => column[row] ?? Number.NaN;
  return stampsOf(bars, period).map((time, row) => ({
    time,
    open: at(bars.open, row),
    high: at(bars.high, row),
    low: at(bars.low, row),
    close: at(bars.close, row),
    volume: at(bars.volume, row),
  }));
}
