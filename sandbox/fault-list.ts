/** Faults of the connection or of the whole answer. */
const DELIVERY_FAULTS = ['429', '500', '503', 'reset', 'stall', 'hang', 'truncate', 'cut', 'html'] as const;
export type DeliveryFault = (typeof DELIVERY_FAULTS)[number];

/** Faults that only a stand-in on a socket has: what the desk says, a line of its own that goes down. */
const SOCKET_FAULTS = [
  'pacing',
  'no-permission',
  'away',
  'away-lost',
  'not-subscribed',
  'competing',
  'elsewhere',
  'farm-idle',
  'farm-broken',
] as const;
export type SocketFault = (typeof SOCKET_FAULTS)[number];

/** The providers that have a stand-in over HTTP, below a path of their own. */
export const HTTP_PROVIDERS = ['yahoo', 'barchart', 'dukascopy'] as const;
export type HttpProvider = (typeof HTTP_PROVIDERS)[number];

/** The providers that have a stand-in to put faults upon. */
export const FAULTY_PROVIDERS = [...HTTP_PROVIDERS, 'ibkr'] as const;
export type FaultyProvider = (typeof FAULTY_PROVIDERS)[number];

/** Faults of what an answer says and holds, at every provider that says such things. */
const SAID = ['rows-text', 'drifted', 'all-empty', 'clock-ahead', 'still', 'lost-day', 'empty-middle'] as const;

const YAHOO_QUIRKS = [
  'nulls',
  'duplicate',
  'past-end',
  'no-adjclose',
  'no-timestamp',
  'null-currency',
  'prepost',
  'revise',
  'revise-late',
  'rebase',
  'dst',
  'lost-week',
  'unlisted',
  ...SAID,
  'months-gone',
  'meta-lies',
  'identity',
] as const;

const BARCHART_QUIRKS = [
  'wall',
  'quota',
  'expired-session',
  'rotate',
  'latest',
  'default-columns',
  'quoted',
  'us-dates',
  'newest-first',
  'footer-bare',
  'crlf',
  'bom',
  'data-error',
  'no-data',
  'revise',
  'rebase',
  ...SAID,
  'months-gone',
] as const;

const DUKASCOPY_QUIRKS = ['nulls', 'duplicate', 'past-end', 'revise', ...SAID, 'meta-lies', 'identity'] as const;

const IBKR_QUIRKS = [...SAID, 'months-gone', 'meta-lies', 'identity'] as const;

export type QuirkName = (typeof YAHOO_QUIRKS)[number] | (typeof BARCHART_QUIRKS)[number];

/** Faults of the data in an answer, and what else only one provider does. */
const QUIRKS: Readonly<Record<FaultyProvider, readonly QuirkName[]>> = {
  yahoo: YAHOO_QUIRKS,
  barchart: BARCHART_QUIRKS,
  dukascopy: DUKASCOPY_QUIRKS,
  ibkr: IBKR_QUIRKS,
};

/** Quirks that stand all the time and are given a count in place of a probability. */
export const COUNTED_QUIRKS = ['quota', 'expired-session'] as const;
export type CountedQuirk = (typeof COUNTED_QUIRKS)[number];

/** Quirks that stand all the time and are given a date. */
export const DATED_QUIRKS = ['still', 'lost-day', 'empty-middle'] as const;
export type DatedQuirk = (typeof DATED_QUIRKS)[number];

/** What of a series the quirk `identity` changes. */
export const IDENTITIES = ['currency', 'name', 'exchange', 'reused'] as const;
export type ChangedIdentity = (typeof IDENTITIES)[number];

const OF_HTTP = [...DELIVERY_FAULTS, 'slow', 'first', 'after'] as const;
const OF_SOCKETS = ['reset', 'stall', 'hang', 'cut', ...SOCKET_FAULTS, 'slow', 'first', 'after'] as const;

export type FaultKind = (typeof OF_HTTP)[number] | (typeof OF_SOCKETS)[number] | QuirkName;

/** Everything that can be written in a fault specification of the provider. */
export function faultKinds(provider: FaultyProvider): readonly FaultKind[] {
  return [...(provider === 'ibkr' ? OF_SOCKETS : OF_HTTP), ...QUIRKS[provider]];
}

export function isDeliveryFault(text: string): text is DeliveryFault {
  return (DELIVERY_FAULTS as readonly string[]).includes(text);
}

export function isSocketFault(text: string): text is SocketFault {
  return (SOCKET_FAULTS as readonly string[]).includes(text);
}

export function isQuirk(text: string): text is QuirkName {
  return FAULTY_PROVIDERS.some((provider) => QUIRKS[provider].some((quirk) => quirk === text));
}

export function isCountedQuirk(text: string): text is CountedQuirk {
  return COUNTED_QUIRKS.some((quirk) => quirk === text);
}

export function isDatedQuirk(text: string): text is DatedQuirk {
  return DATED_QUIRKS.some((quirk) => quirk === text);
}
