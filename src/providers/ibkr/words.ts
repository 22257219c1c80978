import { VortexError } from '../../market/errors.ts';
import type { Disposition, ErrorCode } from '../../market/errors.ts';
import { outsideText } from '../../market/outside-text.ts';
import { meaningOf } from './codes.ts';
import type { Meaning } from './codes.ts';

/** What the server said in place of an answer. Never leaves the provider. */
export class ServerWord extends Error {
  readonly code: number;
  readonly meaning: Meaning;

  constructor(code: number, text: string) {
    super(outsideText(text));
    this.code = code;
    this.meaning = meaningOf(code, text);
  }
}

/** The line went down while an answer was waited for: to be asked again once it is up. Never leaves the provider. */
export class LinkLost extends Error {}

/** Nothing came in time. Never leaves the provider. */
export class Silence extends Error {
  readonly waitedMs: number;

  constructor(waitedMs: number) {
    super(`no answer in ${waitedMs / 1000} s`);
    this.waitedMs = waitedMs;
  }
}

export function problem(
  message: string,
  code: ErrorCode,
  disposition: Disposition = 'skip-series',
  cause?: unknown,
): VortexError {
  return new VortexError(message, { code, disposition, cause });
}

export function interrupted(): VortexError {
  return problem('interrupted while waiting for ibkr', 'interrupted', 'abort-run');
}

const SUBSCRIBE =
  'the account has no market data subscription for it: subscribe to it in the Client Portal (Settings > Market Data ' +
  'Subscriptions), or leave the series out';
const LOG_OUT =
  'this user name is logged in to another TWS, and that one gets the data: log out there, or give this machine a user name ' +
  'of its own, then run again';
const END_OTHER =
  'another live session of this user name (a TWS, the phone, the web) has the market data: end that session, or give this ' +
  'machine a user name of its own, then run again';
const IN_ENGLISH = 'if TWS is set to another language than English, set it to English';

/** How each meaning ends a series whose request got that word as its last. */
const ENDINGS: Readonly<Partial<Record<Meaning, readonly [code: ErrorCode, advice: string, does?: Disposition]>>> = {
  'no-permission': ['not-servable', SUBSCRIBE],
  'logged-in-elsewhere': ['refused', LOG_OUT, 'stop-provider'],
  competing: ['provider-fault', END_OTHER],
  pacing: ['rate-limited', 'fewer series at a time and a higher pace_ms keep within what it bears'],
  'our-fault': ['not-servable', 'it does not take the request'],
  unreadable: ['bad-answer', 'the client library cannot read this server'],
  failure: ['provider-fault', IN_ENGLISH],
  cancelled: ['provider-fault', 'it ended the request by itself'],
};

/** The error that a series ends in. @param what was asked for: `1d bars of GC@COMEX 202404` */
export function refusalOf(word: ServerWord, what: string): VortexError {
  const [code, advice, does] = ENDINGS[word.meaning] ?? ['provider-fault', IN_ENGLISH];
  return problem(`ibkr says "${word.message}" (${word.code}) to ${what}; ${advice}`, code, does);
}

/** What became of a request, as it is counted. */
export function outcomeOf(error: unknown): string {
  if (error instanceof ServerWord) return String(error.code);
  if (error instanceof Silence) return 'timeout';
  return error instanceof LinkLost ? 'network' : 'interrupted';
}

/** Where TWS or the Gateway should be, and what to look at when it is not. */
export function unreachable(host: string, port: number, why: string, cause?: unknown): VortexError {
  return problem(
    `no TWS or IB Gateway at ${host}:${port}: ${why}. Is it running and logged in, is its API enabled (API > Settings: ` +
      `"Enable ActiveX and Socket Clients"), is this machine a trusted address there, is the port right ` +
      `(Gateway 4001, paper 4002; TWS 7496, paper 7497)?`,
    'network',
    'stop-provider',
    cause,
  );
}
