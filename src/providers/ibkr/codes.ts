/** What a message of the server means for the one who waits for an answer. */
export type Meaning =
  /** Tells how things are; nobody's answer. */
  | 'status'
  /** The server looked and has no bars there: an answer. */
  | 'no-data'
  | 'not-found'
  /** The login has no market data subscription for it: this series cannot be had, others can. */
  | 'no-permission'
  /** The same user is logged in at another place, and that one gets the data: no series can be had. */
  | 'logged-in-elsewhere'
  /** Another live session of the same user has the market data at the moment. */
  | 'competing'
  /** Asked too often: to be asked again, later. */
  | 'pacing'
  /** The end of a request that we cancelled ourselves. */
  | 'cancelled'
  /** The request was not understood: our fault. */
  | 'our-fault'
  | 'id-in-use'
  /** The line between TWS and Interactive Brokers is down; what was asked gets no answer. */
  | 'away'
  /** That line is up again. */
  | 'back'
  /** No line to TWS. */
  | 'unreachable'
  | 'outdated'
  /** The client library could not read a message; whose answer it was is not known. */
  | 'unreadable'
  | 'failure';

interface Row {
  readonly codes: readonly number[];
  /** Only of messages whose text matches; needed where one code stands for several things. */
  readonly text?: RegExp;
  readonly meaning: Meaning;
}

/**
 * Every code of the API that concerns market history. The first row that fits counts. TWS translates its texts: a text that
 * is not recognised must end in the last row of its code, which is a failure and never "no data".
 */
const TABLE: readonly Row[] = [
  { codes: [162], text: /HMDS query returned no data/i, meaning: 'no-data' },
  { codes: [162], text: /pacing violation/i, meaning: 'pacing' },
  { codes: [162], text: /query cancelled/i, meaning: 'cancelled' },
  { codes: [162], text: /No market data permissions/i, meaning: 'no-permission' },
  { codes: [162], text: /different IP address/i, meaning: 'logged-in-elsewhere' },
  { codes: [162], meaning: 'failure' },
  { codes: [165], meaning: 'status' },
  { codes: [200], text: /ambiguous/i, meaning: 'failure' },
  { codes: [200], meaning: 'not-found' },
  { codes: [354, 10_089, 10_090, 10_167, 10_168], meaning: 'no-permission' },
  { codes: [10_197], meaning: 'competing' },
  { codes: [320, 321, 322, 10_314, 10_339], meaning: 'our-fault' },
  { codes: [326], meaning: 'id-in-use' },
  { codes: [366], meaning: 'cancelled' },
  { codes: [420], meaning: 'pacing' },
  { codes: [502, 504, 507, 509], meaning: 'unreachable' },
  { codes: [503, 506], meaning: 'outdated' },
  { codes: [505], meaning: 'unreadable' },
  { codes: [1100, 2110], meaning: 'away' },
  { codes: [1101, 1102], meaning: 'back' },
];

/** Warnings and notices: farms that are up or away (2103 to 2108, 2157, 2158), a date without a zone (2174). One farm that is down does not keep the others from answering, so nobody waits for it; `Farms` remembers it. */
const isNotice = (code: number): boolean => code >= 2100 && code < 3000;

/** What a message means by its code, and by its text only where the code leaves it open. */
export function meaningOf(code: number, text: string): Meaning {
  const row = TABLE.find((entry) => entry.codes.includes(code) && (entry.text?.test(text) ?? true));
  return row?.meaning ?? (isNotice(code) ? 'status' : 'failure');
}
