import type { Answer } from './answer.ts';
import { BarchartAccount } from './barchart-account.ts';
import type { Visitor } from './barchart-account.ts';
import { downloadCsv } from './barchart-csv.ts';
import { barchartListing } from './barchart-listing.ts';
import {
  BARCHART_PAGES,
  expiredPage,
  goTo,
  loginPage,
  notFoundPage,
  page,
  told,
  wallPage,
  withCookies,
} from './barchart-pages.ts';
import { BarchartProxies } from './barchart-proxies.ts';
import type { DrawnFaults } from './faults.ts';
import type { StandIn, StandInRequest } from './stand-in.ts';
import type { Truth } from './truth.ts';

const QUOTE = /^\/(futures|stocks|forex)\/quotes\/([^/]+)\/(historical-download|interactive-chart)$/;
const PROXY = /^\/proxies\/timeseries\/historical\/query(eod|minutes)\.ashx$/;
/** Faults that leave the answer to be made; after any other the request never came to the site. */
const REACHING = new Set<DrawnFaults['delivery']>([undefined, 'truncate', 'cut', 'hang']);

/** The value of a cookie as the browser sent it, decoded. */
function cookieOf({ headers }: StandInRequest, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split('; ').map((pair) => pair.split(/=(.*)/s));
  const value = pairs.find(([key]) => key === name)?.[1];
  return value === undefined ? undefined : decodeURIComponent(value);
}

/** The site: its pages, its one account, its downloads. */
class BarchartSite {
  readonly #truth: Truth;
  readonly #account = new BarchartAccount();
  readonly #proxies: BarchartProxies;

  constructor(truth: Truth) {
    this.#truth = truth;
    this.#proxies = new BarchartProxies(truth);
  }

  counts(now: number): Record<string, number> {
    return this.#account.counts(now);
  }

  answer(request: StandInRequest, now: number, faults: DrawnFaults): Answer {
    if (!REACHING.has(faults.delivery)) return BARCHART_PAGES.internalError();
    if (faults.quirks.has('wall')) return wallPage();
    if (faults.counts.get('expired-session') === faults.request) this.#account.forgetAll();
    const before = this.#account.visitor(cookieOf(request, 'laravel_session'));
    const { answer, visitor } = this.#route(request, before, now, faults);
    const cookies = {
      'XSRF-TOKEN': this.#account.renew(visitor),
      laravel_session: visitor.id,
      ...(visitor.isIn ? { laravel_token: `${visitor.id}.${visitor.formToken}` } : {}),
    };
    return withCookies(answer, cookies);
  }

  #route(
    request: StandInRequest,
    visitor: Visitor,
    now: number,
    faults: DrawnFaults,
  ): { readonly answer: Answer; readonly visitor: Visitor } {
    const { method, path } = request;
    if (path === '/login' && method === 'POST') return this.#signIn(request, visitor);
    if (path === '/logout') {
      this.#account.signOut(visitor);
      return { answer: goTo('/'), visitor: this.#account.visitor(undefined) };
    }
    if (path === '/my/download' && method === 'POST') {
      return { answer: this.#download(request, visitor, now, faults), visitor };
    }
    return { answer: this.#page(request, visitor, now, faults), visitor };
  }

  #signIn({ body }: StandInRequest, visitor: Visitor): { readonly answer: Answer; readonly visitor: Visitor } {
    const form = new URLSearchParams(body);
    if (form.get('_token') !== visitor.formToken) return { answer: expiredPage(), visitor };
    const known = this.#account.signIn(visitor, form.get('email'), form.get('password'));
    return { answer: goTo(known.isIn ? '/my/watchlist' : '/login'), visitor: known };
  }

  #page({ path, query }: StandInRequest, visitor: Visitor, now: number, faults: DrawnFaults): Answer {
    if (path === '/') return page(visitor.formToken, 'Barchart, made up');
    if (path === '/login') return visitor.isIn ? goTo('/my/watchlist') : loginPage(visitor.formToken);
    if (path === '/my/watchlist') return visitor.isIn ? page(visitor.formToken, 'Watchlist') : goTo('/login');
    const proxy = PROXY.exec(path)?.[1];
    if (proxy === 'eod' || proxy === 'minutes') return this.#proxies.answer(proxy, query, now, faults);
    const [, section, symbol = '', kind] = QUOTE.exec(path) ?? [];
    if (section === undefined) return notFoundPage();
    if (section === 'futures' && faults.quirks.has('months-gone')) return notFoundPage();
    if (kind === 'historical-download' && !visitor.isIn) return goTo('/login');
    const security = barchartListing(this.#truth, decodeURIComponent(symbol), now, section);
    return security === undefined ? notFoundPage() : page(visitor.formToken, `${security.name}, made up`);
  }

  #download({ headers, body }: StandInRequest, visitor: Visitor, now: number, faults: DrawnFaults): Answer {
    if (!visitor.isIn) return goTo('/login');
    const token = headers['x-xsrf-token'];
    const accepted = faults.quirks.has('rotate') ? visitor.tokens.slice(-1) : visitor.tokens;
    if (typeof token !== 'string' || !accepted.includes(token)) return expiredPage();
    const form = new URLSearchParams(body);
    const refusal = this.#account.refusal(now, faults.counts.get('quota'));
    if (refusal !== undefined) return told({ error: refusal });
    if (form.get('onlyCheckPermissions') === 'true') {
      return told({ success: true, count: String(this.#account.downloads(now)) });
    }
    if (form.get('_token') !== visitor.formToken) return expiredPage();
    const csv = { status: 200, headers: { 'content-type': 'text/csv; charset=UTF-8' } };
    if (faults.quirks.has('data-error')) return { ...csv, body: 'Error retrieving data' };
    const security = barchartListing(this.#truth, form.get('symbol') ?? '', now);
    if (security === undefined) return notFoundPage();
    const text = downloadCsv(this.#truth, security, form, now, faults);
    if (text === undefined) return { ...csv, body: 'Error retrieving data' };
    this.#account.addDownload(now);
    return { ...csv, body: text };
  }
}

/** Answers as Barchart does: account `demo` with the password `demo`, 250 downloads per day of Chicago. */
export function barchartStandIn(truth: Truth): StandIn {
  const site = new BarchartSite(truth);
  return {
    pages: BARCHART_PAGES,
    env: (url) => ({
      VORTEX_BARCHART_BASE_URL: url,
      VORTEX_BARCHART_PACE_MS: '0',
      VORTEX_BARCHART_USERNAME: 'demo',
      VORTEX_BARCHART_PASSWORD: 'demo',
    }),
    answer: (request, now, faults) => site.answer(request, now, faults),
    counts: (now) => site.counts(now),
  };
}
