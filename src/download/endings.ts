import { VortexError } from '../market/errors.ts';
import type { Job } from '../plan/plan.ts';

/** Errors that say nothing against the series: it is asked for another time. */
export const POSTPONING: ReadonlySet<VortexError['code']> = new Set([
  'allowance-used',
  'request-limit',
  'interrupted',
  'stopped-early',
  'bot-wall',
  'bound-elsewhere',
  'refused',
]);

/** What ends a run that is to stop at its first failure. */
export function failFast(error: VortexError): VortexError {
  return new VortexError(`stopped at the first failure, as --fail-fast asks: ${error.message}`, {
    code: 'stopped-early',
    disposition: 'abort-run',
    cause: error,
  });
}

/** What is said of series that are not reached any more. */
export function notDone(interrupted: boolean): VortexError {
  return new VortexError(
    `not done: the run ${interrupted ? 'was interrupted' : 'ended early'}; it is taken up again by the next run`,
    { code: interrupted ? 'interrupted' : 'stopped-early', disposition: 'abort-run' },
  );
}

/** The error with something more to say. */
export function withMore(error: VortexError, more: string | undefined): VortexError {
  return more === undefined ? error : new VortexError(`${error.message}; ${more}`, error);
}

/** A symbol that nobody knows may be a slip of the pen: the nearest names stand beside it. */
export function withNearest(
  error: VortexError | undefined,
  { series }: Job,
  namesLike: (symbol: string) => readonly string[],
): VortexError | undefined {
  if (error?.code !== 'no-such-symbol') return error;
  const names = namesLike(series.symbol).filter((name) => name !== series.symbol);
  if (names.length === 0) return error;
  return new VortexError(`${error.message}; nearest: ${names.join(', ')}`, error);
}
