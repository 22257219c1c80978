import type { ErrorCode } from '../../src/market/errors.ts';
import { FAULTY_PROVIDERS } from '../../sandbox/fault-list.ts';
import type { FaultKind, FaultyProvider } from '../../sandbox/fault-list.ts';

/** What the rules say that one fault of one provider comes to, in a run for one series. */
export interface FaultRow {
  readonly provider: FaultyProvider;
  readonly kind: FaultKind;
  /** The fault as it is written for the sandbox, where it is not the kind alone. */
  readonly written?: string;
  readonly error: ErrorCode | null;
  readonly exit: number;
  readonly outcome: 'updated' | 'failed' | 'postponed';
  /** What a plan says afterwards: nothing of the range is known, some, all. */
  readonly coverage: 'unknown' | 'partly known' | 'known';
  /**
   * When the files are the market's: in spite of the fault; with the same command without it; with that of the next day,
   * which asks for the last bars again; with `--force` only.
   */
  readonly right: 'at once' | 'next run' | 'next day' | 'forced';
  /** The source is asked again on the next night only: the same command on the same day fails too, without a request. */
  readonly waits?: true;
  /** Last day asked for, where it is not that of the provider's series. */
  readonly end?: string;
}

type Failing = Pick<FaultRow, 'error' | 'exit' | 'outcome' | 'coverage' | 'right'>;

/** The provider is in trouble: the series failed, nothing is known, the next run makes up for it. */
const failed = (error: ErrorCode): Failing => ({
  error,
  exit: 3,
  outcome: 'failed',
  coverage: 'unknown',
  right: 'next run',
});
/** Nobody is asked any more: refused for good, or until the next day. */
const postponed = (error: ErrorCode, exit: number): Failing => ({
  ...failed(error),
  exit,
  outcome: 'postponed',
});
/** An odd answer that is read as what it is. */
const READ: Failing = { error: null, exit: 0, outcome: 'updated', coverage: 'known', right: 'at once' };
/** Other values than the market's, of which nothing in the answer tells. */
const BELIEVED: Failing = { ...READ, right: 'forced' };
/** Other values, among the last bars or in all: the next day's comparison finds them. */
const SEEN: Failing = { ...READ, right: 'next day' };

const DELIVERY = [
  ['429', failed('rate-limited')],
  ['500', failed('provider-fault')],
  ['503', failed('provider-fault')],
  ['reset', failed('network')],
  ['stall', failed('timeout')],
  ['hang', failed('timeout')],
  ['truncate', failed('bad-answer')],
  ['cut', failed('network')],
  ['html', failed('html-answer')],
] as const;

const onEvery = (provider: FaultyProvider): FaultRow[] =>
  DELIVERY.map(([kind, comes]) => ({ provider, kind, ...comes }));

/** The same, once the login and the page were answered: in place of the question for permission and of the bars. */
const IN_PLACE_OF_BARS: FaultRow[] = DELIVERY.map(([kind, comes]) => ({
  provider: 'barchart',
  kind,
  written: `after=5@${kind}`,
  ...comes,
}));

const reads = (provider: FaultyProvider, ...kinds: readonly FaultKind[]): FaultRow[] =>
  kinds.map((kind) => ({ provider, kind, ...READ }));
const believes = (provider: FaultyProvider, ...kinds: readonly FaultKind[]): FaultRow[] =>
  kinds.map((kind) => ({ provider, kind, ...BELIEVED }));

/** A kind that every provider has. */
const everywhere = (kind: FaultKind, comes: Failing, written?: string): FaultRow[] =>
  FAULTY_PROVIDERS.map((provider) => ({ provider, kind, ...(written === undefined ? {} : { written }), ...comes }));

export const FAULT_ROWS: readonly FaultRow[] = [
  ...onEvery('yahoo'),
  ...reads('yahoo', 'duplicate', 'past-end', 'null-currency', 'prepost', 'dst'),
  { provider: 'yahoo', kind: 'no-timestamp', ...failed('bad-answer') },
  // Rows without prices are left out; their dates are suspect and asked for again.
  { provider: 'yahoo', kind: 'nulls', ...SEEN },
  ...believes('yahoo', 'revise'),
  { provider: 'yahoo', kind: 'revise-late', ...SEEN, end: '2024-07-02' },
  { provider: 'yahoo', kind: 'rebase', ...SEEN },
  // Some instruments have none, so that an answer without it is a good one.
  { provider: 'yahoo', kind: 'no-adjclose', ...SEEN },
  // Days that are not in a good answer count as days without trade until the last bars are asked for again.
  { provider: 'yahoo', kind: 'lost-week', ...SEEN },
  { provider: 'yahoo', kind: 'unlisted', ...failed('no-such-symbol') },
  { provider: 'yahoo', kind: 'rows-text', ...failed('bad-answer') },
  { provider: 'yahoo', kind: 'drifted', ...failed('bad-answer') },
  // What a source says of its history hides none of it.
  ...reads('yahoo', 'meta-lies'),

  ...onEvery('barchart'),
  ...IN_PLACE_OF_BARS,
  { provider: 'barchart', kind: 'wall', ...postponed('bot-wall', 4) },
  { provider: 'barchart', kind: 'quota', written: 'quota=0', ...postponed('allowance-used', 5), right: 'next day' },
  { provider: 'barchart', kind: 'expired-session', written: 'expired-session=4', ...READ },
  ...reads('barchart', 'rotate', 'latest', 'default-columns', 'quoted', 'us-dates', 'newest-first', 'footer-bare'),
  ...reads('barchart', 'crlf', 'bom'),
  { provider: 'barchart', kind: 'data-error', ...failed('provider-fault') },
  // A whole file that says that there is nothing: the vendor's word, not a fault.
  { provider: 'barchart', kind: 'no-data', ...failed('no-bars') },
  ...believes('barchart', 'revise'),
  { provider: 'barchart', kind: 'rebase', ...SEEN },
  { provider: 'barchart', kind: 'rows-text', ...failed('bad-answer') },
  { provider: 'barchart', kind: 'drifted', ...failed('bad-answer') },

  ...onEvery('dukascopy'),
  // Volumes that are missing stay empty.
  ...reads('dukascopy', 'nulls', 'duplicate', 'past-end'),
  ...believes('dukascopy', 'revise'),
  { provider: 'dukascopy', kind: 'rows-text', ...failed('bad-answer') },
  { provider: 'dukascopy', kind: 'drifted', ...failed('bad-answer') },
  ...reads('dukascopy', 'meta-lies'),
  // The months before and after it are full.
  { provider: 'dukascopy', kind: 'empty-middle', written: 'empty-middle=2024-05', ...failed('bad-answer') },

  { provider: 'ibkr', kind: 'reset', ...failed('network') },
  { provider: 'ibkr', kind: 'cut', ...failed('network') },
  { provider: 'ibkr', kind: 'stall', ...failed('timeout') },
  { provider: 'ibkr', kind: 'hang', ...failed('timeout') },
  { provider: 'ibkr', kind: 'no-permission', ...failed('not-servable') },
  { provider: 'ibkr', kind: 'away', written: 'away@50', ...failed('network') },
  { provider: 'ibkr', kind: 'away-lost', written: 'away-lost@50', ...failed('network') },
  { provider: 'ibkr', kind: 'not-subscribed', ...failed('not-servable') },
  { provider: 'ibkr', kind: 'competing', ...failed('provider-fault') },
  { provider: 'ibkr', kind: 'elsewhere', ...postponed('refused', 4) },
  { provider: 'ibkr', kind: 'farm-idle', ...failed('provider-fault') },
  { provider: 'ibkr', kind: 'rows-text', ...failed('bad-answer') },
  { provider: 'ibkr', kind: 'drifted', ...failed('bad-answer') },
  ...reads('ibkr', 'meta-lies'),

  // A series that was asked for by its name and has no bar is a failure, and nothing of it is remembered. Where the source
  // tells a first trade date before the range it contradicts itself: it is asked again on the next night.
  ...(['barchart', 'dukascopy'] as const).map((provider) => ({
    provider,
    kind: 'all-empty' as const,
    ...failed('no-bars'),
  })),
  ...(['yahoo', 'ibkr'] as const).map((provider) => ({
    provider,
    kind: 'all-empty' as const,
    ...failed('bad-answer'),
    right: 'next day' as const,
    waits: true as const,
  })),
  // The machine's clock is the earlier one.
  ...everywhere('clock-ahead', READ),
  // A range that ends in the past is not judged by its age; the dates after the last bar are suspect and asked for again.
  ...everywhere('still', SEEN, 'still=2024-06-20'),
  ...(['barchart', 'ibkr'] as const).map((provider) => ({
    provider,
    kind: 'months-gone' as const,
    ...failed('no-such-symbol'),
  })),
];

/** Counts and delays that other faults are written with; and what is waited for in minutes, seen with a clock of its own. */
const WAITED_FOR: readonly FaultKind[] = ['first', 'after', 'slow', 'pacing', 'farm-broken'];

/** Faults of what is missing: what they come to follows from what else lies in the folder, and is tested there. */
const OF_THE_FOLDER: readonly FaultKind[] = ['months-gone', 'identity', 'lost-day', 'empty-middle'];

export const NO_ROW = [...WAITED_FOR, ...OF_THE_FOLDER];
