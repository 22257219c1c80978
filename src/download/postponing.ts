import { VortexError } from '../market/errors.ts';
import type { ErrorCode } from '../market/errors.ts';

/** Errors that say nothing against the series: it is asked for another time. */
export const POSTPONING: ReadonlySet<ErrorCode> = new Set([
  'allowance-used',
  'request-limit',
  'interrupted',
  'stopped-early',
  'bot-wall',
  'refused',
]);

/** Ends a run at its first failure. */
export function failFast(error: VortexError): VortexError {
  return new VortexError(`stopped at the first failure, as --fail-fast asks: ${error.message}`, {
    code: 'stopped-early',
    disposition: 'abort-run',
    cause: error,
  });
}
