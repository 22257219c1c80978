import type { HttpRequest } from '../../http/http-client.ts';
import { badAnswer, botWall, refused, SignedOut, webPage } from './errors.ts';
import { formToken, isBotWall, isOutage } from './pages.ts';
import type { Site, Visit } from './site.ts';

const PAGE = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';

/** Who signs in. */
export interface Account {
  readonly username: string;
  readonly password: string;
}

/** True when the site led to its login page. */
export function isLoginPage(path: string): boolean {
  return path.endsWith('/login');
}

const outageOf: HttpRequest['check'] = (page) => (isOutage(page) ? webPage(page) : undefined);

/**
 * Asks for a page.
 * @throws VortexError `bot-wall`, `refused`, and those of the network
 */
export async function visitPage(
  site: Site,
  path: string,
  job: string | undefined,
  signal: AbortSignal,
): Promise<Visit> {
  const visit = await site.visit(
    {
      path,
      accept: PAGE,
      ...(job === undefined ? {} : { job }),
      check: outageOf,
    },
    signal,
  );
  const { status, url } = visit.response;
  if (isBotWall(visit)) throw botWall(url);
  if (status === 401 || status === 403) throw refused(`barchart refuses this client with status ${status}: ${url}`);
  return visit;
}

/**
 * Signs in, with one try: a second one with the same words could lock the account.
 * @throws VortexError `refused` for credentials that the site does not take, `bot-wall`, `bad-answer`
 */
export async function signIn(
  site: Site,
  account: Account,
  job: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const page = await visitPage(site, '/login', job, signal);
  const { status, url, body } = page.response;
  if (status !== 200) throw badAnswer(`status ${status} for the login page`, url);
  if (!isLoginPage(page.path)) return;
  const token = formToken(body.toString('utf8'));
  if (token === undefined) throw badAnswer('no hidden _token on the login page', url);
  site.keepSecret(token);
  const errand = {
    path: '/login',
    form: { email: account.username, password: account.password, _token: token },
    referer: '/login',
    accept: PAGE,
    check: outageOf,
    ...(job === undefined ? {} : { job }),
  };
  const visit = await site.visit(errand, signal);
  const { status: told, url: at, body: shown } = visit.response;
  if (isBotWall(visit)) throw botWall(at);
  const isRefusal = told === 401 || told === 403 || told === 422;
  const isBack = told === 200 && isLoginPage(visit.path) && formToken(shown.toString('utf8')) !== undefined;
  if (isRefusal || isBack) {
    throw refused(
      'barchart does not take this username and password; it was tried once and not again, so that nothing is locked: check ' +
        'providers.barchart.username and password (VORTEX_BARCHART_USERNAME, VORTEX_BARCHART_PASSWORD)',
    );
  }
  if (told === 419) throw badAnswer('status 419, the token of the login page was not taken', at);
  if (told !== 200) throw badAnswer(`status ${told} after signing in`, at);
  if (isLoginPage(visit.path)) throw badAnswer('a login page without its form after signing in', at);
}

/** @throws SignedOut when the site led to its login page instead of the page asked for */
export function expectSignedIn(visit: Visit): void {
  if (isLoginPage(visit.path)) throw new SignedOut('login-page');
}
