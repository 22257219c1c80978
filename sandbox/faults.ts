import { parseTradeDate } from '../src/market/calendar.ts';
import { usageError } from '../src/market/errors.ts';
import { nearest } from '../src/market/nearest.ts';
import {
  COUNTED_QUIRKS,
  FAULTY_PROVIDERS,
  faultKinds,
  IDENTITIES,
  isCountedQuirk,
  isDatedQuirk,
  isDeliveryFault,
  isQuirk,
  isSocketFault,
} from './fault-list.ts';
import type {
  ChangedIdentity,
  CountedQuirk,
  DatedQuirk,
  DeliveryFault,
  FaultKind,
  FaultyProvider,
  QuirkName,
  SocketFault,
} from './fault-list.ts';
import { hashText, mix, unit } from './random.ts';

/** One fault of a provider, as written. */
export interface Fault {
  readonly kind: FaultKind;
  /**
   * Probability, 0 to 1, a request; for `first` and `after` a count of requests, for the counted quirks their count, for the
   * dated ones their date (milliseconds since the epoch, UTC).
   */
  readonly value: number;
  /**
   * What follows `@`: seconds of Retry-After, milliseconds of `slow`, `away` and `away-lost`, factor of `rebase`, exchange of
   * `no-permission`, kind of `first` and `after`, seconds of `clock-ahead`, what `identity` changes, date on which a lost day
   * is back.
   */
  readonly argument: string | undefined;
}

/** The faults of every provider, parsed. */
export type FaultPlan = ReadonlyMap<FaultyProvider, readonly Fault[]>;

/** What one request suffers. */
export interface DrawnFaults {
  readonly delivery: DeliveryFault | SocketFault | undefined;
  /** What was written behind a fault of delivery, where it is no Retry-After. */
  readonly argument: string | undefined;
  /** Seconds that a 429 says to wait; absent: it does not say. */
  readonly retryAfter: number | undefined;
  readonly slowMs: number;
  readonly quirks: ReadonlySet<QuirkName>;
  readonly rebaseFactor: number;
  /** The dates of dated quirks and, where one ends, its end; milliseconds since the epoch, UTC. */
  readonly dates: ReadonlyMap<DatedQuirk, { readonly date: number; readonly until: number }>;
  /** What of the series is another one's. */
  readonly identity: ChangedIdentity | undefined;
  /** `quota`: downloads per day; `expired-session`: the request before which the session ends. */
  readonly counts: ReadonlyMap<CountedQuirk, number>;
  /** Number of the request since the faults were set, from 1. */
  readonly request: number;
}

const DEFAULT_SLOW_MS = 1_000;
const DEFAULT_REBASE = 2;
const FORM = 'write PROVIDER:KIND[=P][@ARGUMENT],… and ; between providers, as in yahoo:429=0.2@5,reset=0.05';

const COUNTED: readonly FaultKind[] = ['first', 'after', ...COUNTED_QUIRKS];
const WITH_DELIVERY: readonly FaultKind[] = ['first', 'after'];
const WITH_NUMBER: readonly FaultKind[] = ['429', 'slow', 'rebase', 'away', 'away-lost', 'clock-ahead'];
const DEFAULT_AHEAD_S = 3_600;
/** A fault of a whole answer, over HTTP or on a socket. */
const isOfDelivery = (text: string): text is DeliveryFault | SocketFault =>
  isDeliveryFault(text) || isSocketFault(text);

function checkArgument(provider: FaultyProvider, kind: FaultKind, argument: string | undefined, text: string): void {
  if (argument === undefined || (kind === 'no-permission' && argument !== '')) return;
  if (WITH_DELIVERY.includes(kind)) {
    const known = faultKinds(provider).filter(isOfDelivery);
    if (known.some((name) => name === argument)) return;
    throw usageError(`fault ${text}: ${argument} cannot follow @; one of ${known.join(', ')} can`);
  }
  if (kind === 'identity' && identityOf(argument) !== undefined) return;
  if (kind === 'lost-day' && parseTradeDate(argument) !== undefined) return;
  if (!WITH_NUMBER.includes(kind)) throw usageError(`fault ${text}: ${kind} takes nothing after @`);
  const least = kind === 'rebase' ? Number.MIN_VALUE : 0;
  if (!(Number(argument) >= least) || argument === '') {
    throw usageError(`fault ${text}: ${argument} is no number that can follow @`);
  }
}

const identityOf = (argument: string | undefined): ChangedIdentity | undefined =>
  IDENTITIES.find((name) => name === (argument ?? 'currency'));

/** Reads a date, or a month as its first day. */
function readDate(text: string): number | undefined {
  return parseTradeDate(/^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text);
}

/** Reads what follows `=`. @throws VortexError `usage` */
function readValue(kind: FaultKind, written: string | undefined, text: string): number {
  if (isDatedQuirk(kind)) {
    const date = readDate(written ?? '');
    if (date !== undefined) return date;
    throw usageError(`fault ${text}: after = comes a date, as in ${kind}=2024-06-20`);
  }
  const counted = COUNTED.includes(kind);
  const value = written === undefined ? 1 : Number(written);
  const good = counted ? Number.isInteger(value) && value >= 0 : value >= 0 && value <= 1;
  if (good && written !== '' && (!counted || written !== undefined)) return value;
  const wanted = counted ? `a count of requests, as in ${kind}=3` : 'a probability from 0 to 1, as in 503=0.1';
  throw usageError(`fault ${text}: after = comes ${wanted}`);
}

function parseFault(provider: FaultyProvider, text: string): Fault {
  const known = faultKinds(provider);
  const match = /^([^=@]+)(?:=([^@]*))?(?:@(.*))?$/.exec(text);
  const name = match?.[1]?.trim() ?? '';
  const kind = known.find((entry) => entry === name);
  if (kind === undefined) {
    const [near] = nearest(name, known, 1);
    const hint = near === undefined ? '' : ` (perhaps ${near})`;
    throw usageError(
      `no such fault: ${name}${hint}; the faults are ${known.join(', ')}; --faults help says what each does`,
    );
  }
  const value = readValue(kind, match?.[2], text);
  checkArgument(provider, kind, match?.[3], text);
  // A socket has no status 503 to begin with.
  const argument = match?.[3] ?? (WITH_DELIVERY.includes(kind) && provider === 'ibkr' ? 'reset' : undefined);
  return { kind, value, argument };
}

/**
 * Reads a fault specification, `yahoo:429=0.2@5,reset=0.05;…`; the empty text has no faults.
 * @throws VortexError `usage` that names what is known
 */
export function parseFaults(text: string): FaultPlan {
  const plan = new Map<FaultyProvider, readonly Fault[]>();
  for (const part of text.split(';').filter((piece) => piece.trim() !== '')) {
    const colon = part.indexOf(':');
    if (colon < 0) throw usageError(`faults ${part}: no provider is named; ${FORM}`);
    const name = part.slice(0, colon).trim();
    const provider = FAULTY_PROVIDERS.find((known) => known === name);
    if (provider === undefined) {
      throw usageError(`faults ${part}: no such provider: ${name}; known are ${FAULTY_PROVIDERS.join(', ')}`);
    }
    const faults = part.slice(colon + 1).split(',');
    const parsed = faults.filter((fault) => fault.trim() !== '').map((fault) => parseFault(provider, fault.trim()));
    plan.set(provider, [...(plan.get(provider) ?? []), ...parsed]);
  }
  return plan;
}

const NO_FAULTS: DrawnFaults = {
  delivery: undefined,
  argument: undefined,
  retryAfter: undefined,
  slowMs: 0,
  quirks: new Set(),
  rebaseFactor: DEFAULT_REBASE,
  dates: new Map(),
  identity: undefined,
  counts: new Map(),
  request: 0,
};

/** Which fault a counted one stands for at a request, if any. */
function countedFault(fault: Fault, request: number): DeliveryFault | SocketFault | undefined {
  const stands = fault.kind === 'first' ? request <= fault.value : request > fault.value;
  if (!stands) return undefined;
  const named = fault.argument ?? (fault.kind === 'first' ? '503' : '429');
  return isOfDelivery(named) ? named : undefined;
}

/**
 * Draws what a request suffers: the same for the same seed and number. Of the faults of delivery the first one written
 * that is drawn counts.
 * @param request number of the request since the faults were set, from 1
 */
export function drawFaults(faults: readonly Fault[], seed: number, request: number): DrawnFaults {
  if (faults.length === 0) return NO_FAULTS;
  let drawn = NO_FAULTS;
  const quirks = new Set<QuirkName>();
  const counts = new Map<CountedQuirk, number>();
  const dates = new Map<DatedQuirk, { date: number; until: number }>();
  for (const fault of faults) {
    const { kind, value, argument } = fault;
    if (kind === 'first' || kind === 'after') {
      const delivery = countedFault(fault, request);
      drawn = { ...drawn, delivery: drawn.delivery ?? delivery };
      continue;
    }
    if (isCountedQuirk(kind)) {
      counts.set(kind, value);
      continue;
    }
    if (isDatedQuirk(kind)) {
      quirks.add(kind);
      dates.set(kind, { date: value, until: parseTradeDate(argument ?? '') ?? Infinity });
      continue;
    }
    if (unit(mix(mix(seed, hashText(kind)), request)) >= value) continue;
    const number = argument === undefined ? undefined : Number(argument);
    if (kind === 'slow') drawn = { ...drawn, slowMs: number ?? DEFAULT_SLOW_MS };
    else if (isQuirk(kind)) {
      quirks.add(kind);
      if (kind === 'identity') drawn = { ...drawn, identity: identityOf(argument) };
      if (kind === 'rebase') drawn = { ...drawn, rebaseFactor: number ?? DEFAULT_REBASE };
    } else if (drawn.delivery === undefined) {
      drawn = { ...drawn, delivery: kind, argument, retryAfter: kind === '429' ? number : undefined };
    }
  }
  return { ...drawn, quirks, dates, counts, request };
}

/** How far the provider's clock is ahead by these faults, milliseconds. */
export function aheadMs(faults: readonly Fault[]): number {
  const fault = faults.find(({ kind }) => kind === 'clock-ahead');
  return fault === undefined ? 0 : Number(fault.argument ?? DEFAULT_AHEAD_S) * 1000;
}
