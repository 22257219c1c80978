import { VortexError } from '../market/errors.ts';

/** Errors that say nothing against the series: it is asked for another time. */
export const POSTPONING: ReadonlySet<VortexError['code']> = new Set([
  'allowance-used',
  'request-limit',
  'interrupted',
  'stopped-early',
  'bot-wall',
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
