import { VortexError } from '../market/errors.ts';
import type { Series } from '../market/instrument.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { RefusedRange } from '../market/stored-series.ts';

/** What is said of ranges that stay unknown. */
export function refusedError(
  refused: readonly RefusedRange[],
  { symbol, period }: Series,
  provider: string,
): VortexError {
  const [first, ...more] = refused;
  const from = formatStamp(first?.from ?? 0, period);
  const to = formatStamp((first?.to ?? 1) - 1, period);
  const rest = more.length === 0 ? '' : ` and in ${more.length} more ranges`;
  return new VortexError(
    `${symbol}: ${provider} answered without a bar from ${from} to ${to}${rest}, though its exchange traded then; ` +
      'these dates stay unknown, and vortex asks for them again on later nights',
    { code: 'bad-answer', disposition: 'skip-series' },
  );
}
