import type { HttpResponse } from '../../http/http-client.ts';
import { NO_BARS } from '../../market/bars.ts';
import { asVortexError } from '../../market/errors.ts';
import type { VortexError } from '../../market/errors.ts';
import type { TimeRange } from '../../market/time-range.ts';
import type { AllowanceState, BarRequest, FetchedBars, ProviderSession, ProviderTools } from '../provider.ts';
import { readCookieFile } from './cookie-file.ts';
import { CookieJar } from './cookies.ts';
import { downloadBars, downloadForm } from './download.ts';
import { allowanceUsed, badAnswer, endOfDay, expectData, problem, SignedOut } from './errors.ts';
import { pageToken } from './pages.ts';
import { asksForLogin, downloadProblem, downloadsSoFar } from './permission.ts';
import { hasBars, isNearLimit, probePath, probeProblem } from './probe.ts';
import { expectSignedIn, isLoginPage, signIn, visitPage } from './sign-in.ts';
import { cookiesExpired, endedTwice, noCookies, noCredentials } from './admission.ts';
import { Site } from './site.ts';
import { barchartSymbol, isPageOf, pagePath } from './symbols.ts';
import { Turns } from './turns.ts';

const DOWNLOAD = '/my/download';
const DATA = 'text/csv,application/json,*/*;q=0.8';
/** Errors about a series; the session goes on after them as before. */
const UNHARMED: ReadonlySet<VortexError['code']> = new Set(['no-such-symbol', 'bad-answer', 'allowance-used']);

/** What a session is opened with. */
export interface SessionOptions {
  readonly base_url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly transport: 'http' | 'cookies';
  /** Text of a browser's export. */
  readonly cookies?: string | undefined;
  readonly user_agent: string;
  /** Downloads of the account per day. */
  readonly allowance: number;
}

function nameOf({ instrument, contract }: BarRequest): string {
  const symbol = barchartSymbol(instrument, contract);
  if (symbol !== undefined) return symbol;
  throw problem(
    `barchart has no name for ${instrument.id}; give it one as symbols.barchart`,
    'not-servable',
    'skip-series',
  );
}

/** One account at the site, signed in with the first request and kept to the end of the run. */
export class BarchartSession implements ProviderSession {
  readonly #options: SessionOptions;
  readonly #now: () => number;
  readonly #isOffline: boolean;
  readonly #spend: ProviderTools['spend'];
  readonly #jar: CookieJar;
  readonly #site: Site;
  readonly #turns = new Turns();
  #isIn = false;
  /** The last work came to an end that says nothing against the connection. */
  #isWell = false;
  #sparesProbes = false;
  /** What ended the session for good: who was refused once does not knock again. */
  #ending: VortexError | undefined;

  constructor(options: SessionOptions, { http, now, offline, spend }: ProviderTools) {
    this.#options = options;
    this.#isOffline = offline === true;
    this.#now = now;
    this.#spend = spend;
    const host = new URL(options.base_url).hostname;
    const cookies = options.transport === 'cookies' ? readCookieFile(options.cookies ?? '', host) : [];
    this.#jar = new CookieJar(cookies);
    this.#site = new Site(http, options.base_url, options.user_agent, this.#jar);
    for (const { value } of cookies) this.#site.keepSecret(value);
  }

  async fetchBars(request: BarRequest, signal: AbortSignal): Promise<FetchedBars> {
    const symbol = nameOf(request);
    if (request.range.from >= request.range.to) return { bars: NO_BARS, dropped: {}, source: { symbol } };
    const ask = (dates: TimeRange): Promise<HttpResponse> =>
      this.#signedIn(() => this.#download(request, symbol, dates, signal), request.job, signal);
    return this.#turns.run(() => downloadBars(request, symbol, ask), signal);
  }

  async checkAccess(signal: AbortSignal): Promise<string> {
    await this.#turns.run(() => this.#signedIn(() => this.#arrive(signal), undefined, signal), signal);
    const { transport } = this.#options;
    return `signed in ${transport === 'cookies' ? 'by the cookies of a browser' : 'with username and password'}`;
  }

  async allowance(signal: AbortSignal): Promise<AllowanceState> {
    const { allowance: limit } = this.#options;
    const endsAt = endOfDay(this.#now());
    const count = async (): Promise<number> => {
      await this.#arrive(signal);
      const used = await this.#countDownloads('/', undefined, signal);
      if (used === undefined) throw badAnswer('no count of downloads', this.#site.base + DOWNLOAD);
      return used;
    };
    try {
      return { used: await this.#turns.run(() => this.#signedIn(count, undefined, signal), signal), limit, endsAt };
    } catch (cause) {
      const error = asVortexError(cause);
      if (error.code === 'allowance-used') return { used: limit, limit, endsAt };
      throw error;
    }
  }

  async probe(request: BarRequest, signal: AbortSignal): Promise<boolean | undefined> {
    const symbol = nameOf(request);
    if (request.range.from >= request.range.to) return false;
    return this.#turns.run(() => this.#probe(request, symbol, signal), signal);
  }

  async close(): Promise<void> {
    // Signing a browser out is not for us to do, and who is in trouble is not asked for more.
    if (!this.#isIn || !this.#isWell || this.#options.transport === 'cookies') return;
    this.#isIn = false;
    const errand = { path: '/logout', accept: DATA, stays: true } as const;
    await this.#site.visit(errand, new AbortController().signal).catch(() => undefined);
    this.#jar.clear();
  }

  /** Does work that needs a session, and once more when the site has ended the session in the meantime. */
  async #signedIn<Result>(work: () => Promise<Result>, job: string | undefined, signal: AbortSignal): Promise<Result> {
    if (this.#isOffline) return work();
    if (this.#ending !== undefined) throw this.#ending;
    try {
      await this.#enter(job, signal);
      const result = await work().catch(async (error: unknown) => {
        if (!(error instanceof SignedOut)) throw error;
        await this.#enterAgain(error, job, signal);
        return work();
      });
      this.#isWell = true;
      return result;
    } catch (cause) {
      const error = cause instanceof SignedOut ? endedTwice(cause) : asVortexError(cause);
      this.#isWell = UNHARMED.has(error.code);
      if (error.disposition === 'stop-provider') this.#ending = error;
      throw error;
    }
  }

  async #enter(job: string | undefined, signal: AbortSignal): Promise<void> {
    if (this.#isIn) return;
    const { transport, username, password, cookies } = this.#options;
    if (transport === 'cookies') {
      if (this.#jar.header() === undefined) throw noCookies(this.#site.base);
    } else {
      if (username === undefined || password === undefined) throw noCredentials(cookies !== undefined);
      await signIn(this.#site, { username, password }, job, signal);
    }
    this.#isIn = true;
  }

  async #enterAgain({ how }: SignedOut, job: string | undefined, signal: AbortSignal): Promise<void> {
    if (this.#options.transport === 'cookies') {
      if (how === 'login-page') throw cookiesExpired();
      // The next page load brings a new token.
      return;
    }
    this.#isIn = false;
    this.#jar.clear();
    await this.#enter(job, signal);
  }

  /** Loads the login page, which leads elsewhere while the session lives. */
  async #arrive(signal: AbortSignal): Promise<void> {
    expectSignedIn(await visitPage(this.#site, '/login', undefined, signal));
  }

  /** One download: the page, the question for permission, the form. */
  async #download(request: BarRequest, symbol: string, dates: TimeRange, signal: AbortSignal): Promise<HttpResponse> {
    const { job, instrument } = request;
    const page = pagePath(instrument.class, symbol, 'historical-download');
    const token = this.#isOffline ? '' : await this.#permission(page, symbol, job, signal);
    const form = downloadForm(request, symbol, token, dates);
    if (!this.#isOffline) await this.#spend?.(job);
    const { response, path } = await this.#site.visit(
      {
        path: DOWNLOAD,
        form,
        referer: page,
        accept: DATA,
        withToken: true,
        hasBars: true,
        job,
        check: (answer) => downloadProblem(answer, this.#now()),
      },
      signal,
    );
    if (isLoginPage(path) || asksForLogin(response)) throw new SignedOut('login-page');
    expectData(response);
    return response;
  }

  /** Loads the page of the symbol and asks whether a download is allowed. @returns the token that the form needs */
  async #permission(page: string, symbol: string, job: string, signal: AbortSignal): Promise<string> {
    const visit = await visitPage(this.#site, page, job, signal);
    expectSignedIn(visit);
    const { status, url, body } = visit.response;
    if (status === 404) throw problem(`no such symbol at barchart: ${symbol}`, 'no-such-symbol', 'skip-series');
    if (status !== 200) throw badAnswer(`status ${status} for a page`, url);
    if (!isPageOf(visit.path, symbol)) throw badAnswer(`it led to ${visit.path} instead of the page of ${symbol}`, url);
    const token = pageToken(body.toString('utf8'));
    if (token === undefined) throw badAnswer('no csrf-token on the page', url);
    this.#site.keepSecret(token);
    const used = (await this.#countDownloads(page, job, signal)) ?? 0;
    const { allowance } = this.#options;
    if (used >= allowance) throw allowanceUsed(`${used} of ${allowance}`, this.#now());
    return token;
  }

  /** Asks whether a download is allowed; spends none. */
  async #countDownloads(referer: string, job: string | undefined, signal: AbortSignal): Promise<number | undefined> {
    const errand = {
      path: DOWNLOAD,
      form: { onlyCheckPermissions: 'true' },
      referer,
      accept: DATA,
      withToken: true,
      ...(job === undefined ? {} : { job }),
      check: (answer: HttpResponse) => downloadProblem(answer, this.#now()),
    };
    const { response, path } = await this.#site.visit(errand, signal);
    if (isLoginPage(path) || asksForLogin(response)) throw new SignedOut('login-page');
    expectData(response);
    return downloadsSoFar(response);
  }

  async #probe(request: BarRequest, symbol: string, signal: AbortSignal): Promise<boolean | undefined> {
    if (this.#ending !== undefined) throw this.#ending;
    if (this.#sparesProbes) return undefined;
    const { instrument, job } = request;
    const page = pagePath(instrument.class, symbol, 'interactive-chart');
    const { status } = (await visitPage(this.#site, page, job, signal)).response;
    if (status === 404) throw problem(`no such symbol at barchart: ${symbol}`, 'no-such-symbol', 'skip-series');
    const { response } = await this.#site.visit(
      { path: probePath(request, symbol), referer: page, accept: DATA, withToken: true, job, check: probeProblem },
      signal,
    );
    this.#sparesProbes = isNearLimit(response);
    return hasBars(response, request, symbol);
  }
}
