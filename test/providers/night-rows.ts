import type { FaultyProvider } from '../../sandbox/fault-list.ts';

/** One night of a series: the day of the run, at 06:00 UTC, and what the rules say of it. */
export interface Night {
  readonly date: string;
  /** Faults of the provider on that night; absent: none. */
  readonly faults?: string;
  /** What the run takes for the date, where that is not the source's. */
  readonly now?: string;
  readonly exit: number;
  readonly error: string | null;
  /** Due dates behind. */
  readonly behind?: number;
  /** Whether the source is asked for bars. */
  readonly isAsked?: boolean;
}

export interface NightRow {
  readonly provider: FaultyProvider;
  readonly name: string;
  readonly nights: readonly Night[];
  readonly start: string;
  readonly end?: string;
  /** Whether all bars are stored in the end. */
  readonly isWhole: boolean;
}

const fine = (date: string, more: Partial<Night> = {}): Night => ({ date, exit: 0, error: null, ...more });
const fails = (date: string, error: string, more: Partial<Night> = {}): Night => ({ date, exit: 3, error, ...more });

/** 19 June is a holiday: of the 18th are the last bars, due since are the 20th, 21st, 24th, 25th, 26th. */
function still(provider: FaultyProvider): NightRow {
  const faults = 'still=2024-06-20';
  const nights = [
    fine('2024-06-20', { behind: 0 }),
    fine('2024-06-21', { faults, behind: 1 }),
    fine('2024-06-22', { faults, behind: 2 }),
    fine('2024-06-25', { faults, behind: 3 }),
    fine('2024-06-26', { faults, behind: 4 }),
    fails('2024-06-27', 'stale', { faults, behind: 5 }),
    fine('2024-06-28', { behind: 0 }),
  ];
  return { provider, name: 'stands still', start: '2024-05-01', nights, isWhole: true };
}

/** June is missing between the bars of May and those of July. */
function hole(provider: FaultyProvider, asked: readonly string[], settles: string): NightRow {
  const faults = 'empty-middle=2024-06';
  const dates = Array.from({ length: 15 }, (_, index) => `2024-07-${10 + index}`).filter((date) => date <= settles);
  const nights = dates.map((date) => {
    const isAsked = asked.includes(date);
    return date === settles ? fine(date, { faults, isAsked }) : fails(date, 'bad-answer', { faults, isAsked });
  });
  const after = fine(settles.replace(/..$/, '28'), { faults, isAsked: false });
  const first = fine('2024-06-01');
  return {
    provider,
    name: 'hole between bars',
    start: '2024-05-01',
    end: '2024-07-09',
    nights: [first, ...nights, after],
    isWhole: false,
  };
}

function identity(provider: FaultyProvider, what: string, error: string | null): NightRow {
  const faults = `identity@${what}`;
  const second = error === null ? fine('2024-06-21', { faults }) : fails('2024-06-21', error, { faults });
  return {
    provider,
    name: `identity: ${what}`,
    start: '2024-05-01',
    nights: [fine('2024-06-20'), second, fine('2024-06-22')],
    isWhole: true,
  };
}

function ahead(provider: FaultyProvider, how: string, now: string, comes = fine('2024-06-20')): NightRow {
  const nights = [fine('2024-06-20'), { ...comes, now }, fine('2024-06-28', { isAsked: true })];
  return { provider, name: `now ${how} ahead`, start: '2024-05-01', nights, isWhole: true };
}

/** After 1, 2 and 4 nights; the answers of the 10th and 17th are a week apart. */
const NIGHTLY = ['2024-07-10', '2024-07-11', '2024-07-13', '2024-07-17'];
const WEEKLY = ['2024-07-10', '2024-07-17', '2024-07-24'];

/** A complete file of a month without candles, which comes whole later. */
const HEALED_HOLE: NightRow = {
  provider: 'dukascopy',
  name: 'hole between bars, healed',
  start: '2024-05-01',
  end: '2024-07-09',
  nights: [
    fine('2024-06-01'),
    ...['2024-07-10', '2024-07-11'].map((date) => fails(date, 'bad-answer', { faults: 'empty-middle=2024-06' })),
    fine('2024-07-13', { isAsked: true }),
  ],
  isWhole: true,
};

export const NIGHT_ROWS: readonly NightRow[] = [
  ...(['yahoo', 'barchart', 'ibkr'] as const).map(still),
  ...(['yahoo', 'ibkr'] as const).map((provider) => hole(provider, NIGHTLY, '2024-07-17')),
  HEALED_HOLE,
  hole('barchart', WEEKLY, '2024-07-24'),
  ...(['currency', 'reused'] as const).map((what) => identity('yahoo', what, 'identity-changed')),
  // The bars agree: it is the same series under another name or on another exchange.
  ...(['name', 'exchange'] as const).map((what) => identity('yahoo', what, null)),
  identity('ibkr', 'currency', 'identity-changed'),
  identity('ibkr', 'exchange', null),
  identity('dukascopy', 'name', null),
  // A run that takes another day for now leaves nothing that hides later bars.
  ahead('yahoo', 'a year', '2025-06-20'),
  // It has no file of a month that is to come, and says so.
  ahead('dukascopy', 'a year', '2025-06-20', fails('2024-06-20', 'bad-answer')),
  ...(['barchart', 'ibkr'] as const).map((provider) => ahead(provider, 'a month', '2024-07-20')),
];
