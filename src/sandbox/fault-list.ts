/** Faults of the connection or of the whole answer. */
export const DELIVERY_FAULTS = ['429', '500', '503', 'reset', 'stall', 'hang', 'truncate', 'cut', 'html'] as const;
export type DeliveryFault = (typeof DELIVERY_FAULTS)[number];

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
  'lost-week',
] as const;
export type QuirkName = (typeof QUIRKS)[number];

/** Everything that can be written in a fault specification. */
export const FAULT_KINDS = [...DELIVERY_FAULTS, 'slow', 'first', 'after', ...QUIRKS] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** The providers that have a stand-in to put faults upon. */
export const FAULTY_PROVIDERS = ['yahoo', 'dukascopy'] as const;
export type FaultyProvider = (typeof FAULTY_PROVIDERS)[number];

/** The faults of the data that each stand-in knows; those of delivery are everybody's. */
export const QUIRKS_OF: Readonly<Record<FaultyProvider, readonly QuirkName[]>> = {
  yahoo: QUIRKS,
  dukascopy: ['nulls', 'duplicate', 'past-end', 'revise'],
};

export function isDeliveryFault(text: string): text is DeliveryFault {
  return (DELIVERY_FAULTS as readonly string[]).includes(text);
}

export function isQuirk(text: string): text is QuirkName {
  return (QUIRKS as readonly string[]).includes(text);
}
