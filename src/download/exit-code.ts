import type { ErrorCode } from '../market/errors.ts';

/** Exit codes; scripts, cron and clusters act on them. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  failed: 3,
  refused: 4,
  allowance: 5,
  locked: 6,
  interrupted: 130,
  terminated: 143,
} as const;

/** The order that decides when several apply. */
const PRECEDENCE: readonly number[] = [
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.unexpected,
  EXIT.usage,
  EXIT.locked,
  EXIT.refused,
  EXIT.failed,
  EXIT.allowance,
  EXIT.ok,
];

/** The exit code that an error by itself leads to. */
export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'usage':
    case 'config-invalid':
      return EXIT.usage;
    case 'folder-locked':
      return EXIT.locked;
    case 'folder-unusable':
    case 'disk-full':
    case 'port-in-use':
    case 'internal':
      return EXIT.unexpected;
    case 'refused':
    case 'bot-wall':
      return EXIT.refused;
    case 'allowance-used':
    case 'request-limit':
      return EXIT.allowance;
    case 'interrupted':
      return EXIT.interrupted;
    case 'file-corrupt':
    case 'no-such-symbol':
    case 'not-servable':
    case 'bound-elsewhere':
    case 'bad-answer':
    case 'no-bars':
    case 'contradiction':
    case 'identity-changed':
    case 'stale':
    case 'market-silent':
    case 'html-answer':
    case 'answer-too-large':
    case 'rate-limited':
    case 'provider-fault':
    case 'network':
    case 'timeout':
    case 'circuit-open':
    case 'stopped-early':
      return EXIT.failed;
  }
}

/** The exit code of a run in which all of these happened. */
export function worstExitCode(codes: Iterable<number>): number {
  const seen = new Set(codes);
  return PRECEDENCE.find((code) => seen.has(code)) ?? EXIT.ok;
}

/** The exit code of a command that a signal has stopped. */
export function stoppedCode(signal: AbortSignal): number {
  return signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
}
