import type { HttpResponse } from '../../http/http-client.ts';
import { VortexError } from '../../market/errors.ts';
import type { Disposition, ErrorCode } from '../../market/errors.ts';
import { DAY_MS } from '../../market/period.ts';
import { instantOf, localDate } from '../../market/time-zone.ts';
import { isWebPage } from './pages.ts';

/** The zone in which Barchart's day ends, and in which it stamps all but stocks. */
export const CHICAGO = 'America/Chicago';

/** The site wants a sign-in (again), or took a token for outdated; one new try is worth making. */
export class SignedOut extends Error {
  readonly how: 'login-page' | 'token-refused';

  constructor(how: SignedOut['how']) {
    super(how);
    this.how = how;
  }
}

export function problem(message: string, code: ErrorCode, disposition: Disposition): VortexError {
  return new VortexError(message, { code, disposition });
}

/** The answer is of another form than known. */
export function badAnswer(what: string, url: string): VortexError {
  return problem(`barchart's answer has an unknown form: ${what}: ${url}`, 'bad-answer', 'skip-series');
}

/** The site does not let us in. */
export function refused(message: string): VortexError {
  return problem(message, 'refused', 'stop-provider');
}

export function botWall(url: string): VortexError {
  return problem(
    `barchart served its check for browsers in place of a page, so it takes no plain client at the moment: ${url}; sign in with ` +
      'your own browser, export its cookies for the site to a file, and set providers.barchart.transport to "cookies", ' +
      'cookie_file to that file and user_agent to that browser’s (where that was done, export them anew); or use another provider',
    'bot-wall',
    'stop-provider',
  );
}

/** End of Barchart's day that goes on at `now`, milliseconds since the epoch, UTC. */
export function endOfDay(now: number): number {
  return instantOf(localDate(now, CHICAGO) + DAY_MS, 0, CHICAGO);
}

export function allowanceUsed(said: string, now: number): VortexError {
  const retryAt = endOfDay(now);
  const when = new Date(retryAt).toISOString();
  return new VortexError(
    `barchart's allowance of downloads is used up (${said}); the rest is postponed, run again after ${when}`,
    { code: 'allowance-used', disposition: 'stop-provider', retryAt },
  );
}

/** A web page where data was expected: an outage or a proxy's page; tried again and never taken for "no data". */
export function webPage({ status, url }: HttpResponse): VortexError {
  return problem(`barchart answered a web page with status ${status} instead of data: ${url}`, 'html-answer', 'retry');
}

/** True for a body that is a web page. */
export function holdsWebPage({ body, headers }: HttpResponse): boolean {
  return isWebPage(body.toString('utf8'), headers['content-type'] ?? '');
}

/**
 * Looks at the status of an answer that was to hold data.
 * @throws SignedOut when the token was refused
 * @throws VortexError `refused`, `bad-answer`
 */
export function expectData(response: HttpResponse): void {
  const { status, url } = response;
  if (status === 200 && holdsWebPage(response)) throw badAnswer('a web page', url);
  if (status === 200) return;
  if (status === 419) throw new SignedOut('token-refused');
  if (status === 401 || status === 403) throw refused(`barchart refuses this client with status ${status}: ${url}`);
  throw badAnswer(`status ${status}`, url);
}
