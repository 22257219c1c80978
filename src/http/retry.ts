/** Most tries a request gets, the first one included. */
export const MAX_TRIES = 4;

/** Most time a request gets, milliseconds; waiting for the pace's turn and for the circuit to close is not counted. */
export const BUDGET_MS = 30_000;

const FIRST_CEILING_MS = 1_000;
const HIGHEST_CEILING_MS = 10_000;

/** What can go wrong with one try before there is an answer. */
export type FaultKind =
  | 'network'
  | 'connect-timeout'
  | 'idle-timeout'
  | 'total-timeout'
  | 'certificate'
  | 'proxy-refused'
  | 'too-large'
  | 'unknown-packing';

/**
 * Full-jitter exponential back-off: how long to wait after a failed try, whole milliseconds, from 0 up to a ceiling of
 * 1 s, 2 s, 4 s … 10 s.
 * @param attempt which try failed, from 1
 * @param random gives numbers in [0, 1)
 */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(HIGHEST_CEILING_MS, FIRST_CEILING_MS * 2 ** (attempt - 1)));
}

/** True for the statuses that say nothing about the question asked: 408, 429 and 5xx. */
export function isRetryStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

/** True when the same request may well fare better a little later. */
export function isRetryFault(kind: FaultKind): boolean {
  return kind === 'network' || kind === 'connect-timeout' || kind === 'idle-timeout' || kind === 'total-timeout';
}

/** True when a request that made `tries` tries in `spentMs` has room for another one after `waitMs`. */
export function mayTryAgain(tries: number, spentMs: number, waitMs: number): boolean {
  return tries < MAX_TRIES && spentMs + waitMs < BUDGET_MS;
}
