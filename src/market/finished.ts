import { barsWithin, firstBarFrom } from './bars.ts';
import type { Bars } from './bars.ts';
import type { TradeDate } from './calendar.ts';
import { isIntraday } from './period.ts';
import type { Period } from './period.ts';
import { finishedBefore, finishedEnd } from './session.ts';
import type { SessionRule } from './session.ts';

/** The source's own word on the session that is going or was the last. */
export interface SessionWord {
  readonly tradeDate: TradeDate;
  /** Milliseconds since the epoch, UTC. */
  readonly closesAt: number;
}

/**
 * Exclusive end of the bars that are final, now that the source has answered. Its own word on the day's session counts;
 * where it says nothing, the rule does. Intraday bars are final by the clock alone.
 * @param end where the plan saw the end
 * @param now milliseconds since the epoch, UTC
 */
export function finalEnd(
  period: Period,
  end: number,
  rule: SessionRule,
  word: SessionWord | undefined,
  now: number,
  settleMs: number,
): number {
  if (isIntraday(period)) return end;
  if (word === undefined) return Math.min(end, finishedEnd(period, rule, now, settleMs));
  if (now >= word.closesAt + settleMs) return end;
  return Math.min(end, finishedBefore(period, word.tradeDate, rule.weekends));
}

/** Leaves out bars that are not final. */
export function cutUnfinished(bars: Bars, end: number): { readonly bars: Bars; readonly unfinished: number } {
  const row = firstBarFrom(bars.time, end);
  return { bars: barsWithin(bars, -Infinity, end), unfinished: bars.time.length - row };
}
