import { VortexError } from '../market/errors.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import { DAY_MS } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';
import { subtract } from '../market/time-range.ts';
import type { TimeRanges } from '../market/time-range.ts';
import type { Job } from '../plan/plan.ts';
import { isDueWithin } from './proving.ts';

/** An answer that is older than this tells nothing of the newest bars. */
const OLD_MS = DAY_MS;

/**
 * Why an answer is too old: by its own clock it was given more than a day ago, and bars are due in what it leaves unknown.
 * @param coverage what is known after it
 * @param clock the source's clock when it answered; @param now this machine's; milliseconds since the epoch, UTC
 */
export function oldAnswer(
  { series, provider, missing }: Pick<Job, 'series' | 'provider' | 'missing'>,
  coverage: TimeRanges,
  table: ExchangeTable | undefined,
  { clock, now }: { readonly clock: number; readonly now: number },
): VortexError | undefined {
  if (now - clock <= OLD_MS) return undefined;
  const unknown = missing.flatMap((range) => subtract(range, coverage));
  const [first] = unknown;
  if (first === undefined || !isDueWithin(unknown, table, { series })) return undefined;
  const days = Math.floor((now - clock) / DAY_MS);
  return new VortexError(
    `${series.symbol}: the answer of ${provider} is ${days} days old by its own clock, and what follows ` +
      `${formatStamp(first.from - 1, series.period)} stays unknown; check the clock of this machine, and whether a proxy ` +
      'on the way keeps old answers',
    { code: 'bad-answer', disposition: 'skip-series' },
  );
}
