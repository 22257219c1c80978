import type { VortexError } from '../../market/errors.ts';
import { refused } from './errors.ts';
import type { SignedOut } from './errors.ts';

/** Nothing to sign in with; nothing was asked. @param hasCookies a browser's cookies are there and not to be used */
export function noCredentials(hasCookies: boolean): VortexError {
  if (hasCookies) {
    return refused(
      'barchart has the cookies of a browser, but is to sign in with an account, and none is set: to use the cookies set ' +
        'providers.barchart.transport to "cookies" (VORTEX_BARCHART_TRANSPORT=cookies)',
    );
  }
  return refused(
    'barchart needs an account, and no username or no password is set: give them as VORTEX_BARCHART_USERNAME and ' +
      'VORTEX_BARCHART_PASSWORD (or VORTEX_BARCHART_PASSWORD_FILE), or as providers.barchart.username and password',
  );
}

/** The browser's export has nothing for the site; nothing was asked. */
export function noCookies(base: string): VortexError {
  return refused(
    `barchart is to be asked with a browser's cookies, and there are none for ${new URL(base).hostname}: name the file in ` +
      'providers.barchart.cookie_file (VORTEX_BARCHART_COOKIE_FILE), a cookies.txt or the JSON of a browser extension',
  );
}

export function cookiesExpired(): VortexError {
  return refused(
    'the cookies in providers.barchart.cookie_file have expired or were never signed in: barchart asks for a login; sign in with ' +
      'your browser again, export the cookies anew, and keep user_agent that of this browser',
  );
}

/** The session was renewed once and ended again at once. */
export function endedTwice({ how }: SignedOut): VortexError {
  const what = how === 'login-page' ? 'asks for a login again' : 'takes no token of this session';
  return refused(
    `barchart ${what} right after it was renewed; run again later, and see whether the site works in a browser`,
  );
}
