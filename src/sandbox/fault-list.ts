/** Faults of the connection or of the whole answer. */
export const DELIVERY_FAULTS = ['429', '500', '503', 'reset', 'stall', 'hang', 'truncate', 'cut', 'html'] as const;
export type DeliveryFault = (typeof DELIVERY_FAULTS)[number];

/** Faults that only a stand-in on a socket has: what the desk says, a line of its own that goes down. */
export const SOCKET_FAULTS = ['pacing', 'no-permission', 'away', 'away-lost'] as const;
export type SocketFault = (typeof SOCKET_FAULTS)[number];

/** Faults of the data in an answer. */
export const QUIRKS = [
  'nulls',
  'duplicate',
  'past-end',
  'no-adjclose',
  'no-timestamp',
  'null-currency',
  'prepost',
  'revise',
  'rebase',
  'dst',
] as const;
export type QuirkName = (typeof QUIRKS)[number];

/** Everything that can be written in a fault specification. */
export const FAULT_KINDS = [...DELIVERY_FAULTS, ...SOCKET_FAULTS, 'slow', 'first', 'after', ...QUIRKS] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** The providers that have a stand-in over HTTP, below a path of their own. */
export const HTTP_PROVIDERS = ['yahoo'] as const;
export type HttpProvider = (typeof HTTP_PROVIDERS)[number];

/** The providers that have a stand-in to put faults upon. */
export const FAULTY_PROVIDERS = [...HTTP_PROVIDERS, 'ibkr'] as const;
export type FaultyProvider = (typeof FAULTY_PROVIDERS)[number];

/** Of the faults of an HTTP answer those that a socket has too. */
const SHARED_WITH_SOCKETS: readonly string[] = ['reset', 'stall', 'hang', 'cut', 'slow', 'first', 'after'];

/** The faults that a provider's stand-in can suffer. */
export function faultsOf(provider: FaultyProvider): readonly FaultKind[] {
  const onSocket = (kind: FaultKind): boolean => isSocketFault(kind) || SHARED_WITH_SOCKETS.includes(kind);
  return FAULT_KINDS.filter((kind) => (provider === 'ibkr' ? onSocket(kind) : !isSocketFault(kind)));
}

export function isDeliveryFault(text: string): text is DeliveryFault {
  return (DELIVERY_FAULTS as readonly string[]).includes(text);
}

export function isSocketFault(text: string): text is SocketFault {
  return (SOCKET_FAULTS as readonly string[]).includes(text);
}

export function isQuirk(text: string): text is QuirkName {
  return (QUIRKS as readonly string[]).includes(text);
}
