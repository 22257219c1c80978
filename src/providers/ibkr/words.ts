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

const SUBSCRIBE = 'subscribe to it in the Client Portal, or leave the series out';
const IN_ENGLISH = 'if TWS is set to another language than English, set it to English';

/** How each meaning ends a series whose request got that word as its last. */
const ENDINGS: Readonly<Partial<Record<Meaning, readonly [code: ErrorCode, advice: string]>>> = {
  'no-permission': ['not-servable', SUBSCRIBE],
  pacing: ['rate-limited', 'fewer series at a time and a higher pace_ms keep within what it bears'],
  'our-fault': ['not-servable', 'it does not take the request'],
  unreadable: ['bad-answer', 'the client library cannot read this server'],
  failure: ['provider-fault', IN_ENGLISH],
  cancelled: ['provider-fault', 'it ended the request by itself'],
};

/** The error that a series ends in. @param what was asked for: `1d bars of GC@COMEX 202404` */
export function refusalOf(word: ServerWord, what: string): VortexError {
  const [code, advice] = ENDINGS[word.meaning] ?? ['provider-fault', IN_ENGLISH];
  return problem(`ibkr says "${word.message}" (${word.code}) to ${what}; ${advice}`, code);
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
