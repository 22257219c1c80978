import { FAULTY_PROVIDERS, faultKinds } from './fault-list.ts';
import type { FaultKind } from './fault-list.ts';

/** What each fault does, in a line. */
const WORDS: Readonly<Record<FaultKind, string>> = {
  '429': 'too many requests; @5 says to wait five seconds',
  '500': 'an internal error',
  '503': 'a page that says that the provider is down',
  reset: 'the connection is cut before the answer',
  stall: 'no answer ever comes',
  hang: 'half of an answer, then nothing',
  truncate: 'half of an answer that calls itself whole',
  cut: 'half of an answer, then the connection is cut',
  html: 'a web page with status 200',
  slow: 'every answer a second late; @200: milliseconds',
  first: 'first=3@503: only the first three requests suffer it',
  after: 'after=3@429: every request but the first three suffers it',
  pacing: 'a pacing violation in place of bars',
  'no-permission': 'no market data permissions; @COMEX: for that exchange only',
  away: 'TWS loses its line for half a second, data kept; @50: milliseconds',
  'away-lost': 'TWS loses its line for half a second, data lost; @50: milliseconds',
  'not-subscribed': 'error 10168: the market data is not subscribed',
  competing: 'error 10197: another live session has the market data',
  elsewhere: 'the user name is logged in from another address',
  'farm-idle': 'the farm of history is inactive and says that there is no data; it wakes a moment later',
  'farm-broken': 'the farm of history is broken and says that there is no data',
  nulls: 'some rows, or some volumes, are null',
  duplicate: 'the last row comes twice',
  'past-end': 'a row past the end of the range',
  'no-adjclose': 'no adjusted closes',
  'no-timestamp': 'no stamps',
  'null-currency': 'the currency is null',
  prepost: 'bars before and after the session come unasked',
  revise: 'two bars of five are other ones',
  'revise-late': 'bars of the last three days are other ones',
  rebase: 'all prices are on another basis; @4: divided by four',
  dst: 'days are stamped an hour before midnight',
  'lost-week': 'the last week is absent',
  unlisted: 'no symbol is known',
  wall: 'a check for browsers in place of every page',
  quota: 'quota=5: five downloads a day',
  'expired-session': 'expired-session=4: signed out before the fourth request',
  rotate: 'only the newest token is taken',
  latest: 'the close is called Latest',
  'default-columns': "the site's own columns",
  quoted: 'numbers with commas, in quotes',
  'us-dates': 'dates as 06/28/2024',
  'newest-first': 'the newest row comes first',
  'footer-bare': 'the closing line has no quotes',
  crlf: 'lines end as on Windows',
  bom: 'the file begins with a byte order mark',
  'data-error': '"Error retrieving data" in place of a file',
  'no-data': 'a file without rows',
  'rows-text': 'all prices are texts, or texts that are no numbers',
  drifted: 'another form: stamps in milliseconds or with dashes, a column under another name',
  'all-empty': 'a well-formed answer without a row',
  'months-gone': 'no contract of any market is known',
  'meta-lies': 'the first trade date that is told lies half a year ahead',
  'clock-ahead': "the provider's clock is an hour ahead; @60: seconds",
  identity: 'the series is another one: @currency, @name, @exchange or @reused (a ticker given away this month)',
  still: 'still=2024-06-20: no bar from that date on',
  'lost-day': 'lost-day=2024-06-20@2024-07-02: most series lack that day until the second date',
  'empty-middle': 'empty-middle=2024-05: no bar in that month',
};

/** Every fault of every provider with what it does, one a line. */
export function faultHelp(): string {
  const width = Math.max(...Object.keys(WORDS).map((kind) => kind.length));
  return FAULTY_PROVIDERS.map((provider) => {
    const lines = faultKinds(provider).map((kind) => `  ${kind.padEnd(width)}  ${WORDS[kind]}`);
    return `${provider}:\n${lines.join('\n')}\n`;
  }).join('\n');
}
