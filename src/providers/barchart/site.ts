import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http-client.ts';
import type { Cookie, CookieJar } from './cookies.ts';

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** A cookie shorter than this is a setting such as a language, and masking it would eat ordinary text. */
const SHORTEST_SECRET = 8;

/** Where a request led, redirects followed. */
export interface Visit {
  readonly response: HttpResponse;
  /** Path of the address that answered. */
  readonly path: string;
  /** Cookies that were set on the way. */
  readonly set: readonly Cookie[];
}

/** What is asked of the site. */
export interface Errand {
  /** Below the site's address, encoded. */
  readonly path: string;
  /** Makes it a POST. */
  readonly form?: Readonly<Record<string, string>>;
  /** Path of the page that the request comes from. */
  readonly referer?: string;
  readonly accept: string;
  /** Sends the token that the cookie XSRF-TOKEN holds. */
  readonly withToken?: boolean;
  /** Takes a redirect for the answer. */
  readonly stays?: boolean;
  readonly job?: string;
  /** The answer carries bars. */
  readonly hasBars?: boolean;
  readonly check?: HttpRequest['check'];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The path of an address from a message, where secrets may be masked. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** The site as one browser session sees it: its cookies go with every request and are renewed from every answer. */
export class Site {
  /** Address without a trailing slash. */
  readonly base: string;
  readonly #http: HttpClient;
  readonly #jar: CookieJar;
  readonly #userAgent: string;

  constructor(http: HttpClient, base: string, userAgent: string, jar: CookieJar) {
    this.#http = http;
    this.base = base.replace(/\/+$/, '');
    this.#userAgent = userAgent;
    this.#jar = jar;
  }

  /**
   * Asks, and follows redirects within the site. Their cookies count, which is why this is not left to the client.
   * @throws VortexError those of the client, and what `check` says
   */
  async visit(errand: Errand, signal: AbortSignal): Promise<Visit> {
    let url = this.base + errand.path;
    let { form } = errand;
    const set: Cookie[] = [];
    for (let hops = 0; ; hops++) {
      const response = await this.#http.send(this.#request(errand, url, form), signal);
      set.push(...this.#take(response));
      const mayGoOn = errand.stays !== true && hops < MOST_REDIRECTS;
      const next = mayGoOn ? this.#target(response, url) : undefined;
      if (next === undefined) return { response, path: pathOf(response.url), set };
      url = next;
      form = undefined;
    }
  }

  #request(errand: Errand, url: string, form: Errand['form']): HttpRequest {
    const cookie = this.#jar.header();
    const token = errand.withToken === true ? this.#jar.get('XSRF-TOKEN') : undefined;
    const { job } = errand;
    // A page that a redirect leads to is looked at by the caller, who knows the way.
    const check = form === errand.form ? errand.check : undefined;
    return {
      method: form === undefined ? 'GET' : 'POST',
      url,
      headers: {
        'User-Agent': this.#userAgent,
        Accept: errand.accept,
        ...(errand.referer === undefined ? {} : { Referer: this.#plainBase() + errand.referer }),
        ...(cookie === undefined ? {} : { Cookie: cookie }),
        ...(token === undefined ? {} : { 'X-XSRF-TOKEN': decoded(token) }),
      },
      ...(form === undefined ? {} : { form }),
      ...(job === undefined ? {} : { job }),
      isKept: errand.hasBars === true,
      ...(check === undefined ? {} : { check }),
    };
  }

  /** The address without the credentials that it may hold. */
  #plainBase(): string {
    return this.base.replace(/\/\/[^/@]*@/, '//');
  }

  #take({ headers }: HttpResponse): Cookie[] {
    const set = this.#jar.take(headers);
    for (const { value } of set) this.keepSecret(value);
    return set;
  }

  /** Keeps a token or a cookie's value out of logs and errors, as it stands and decoded. */
  keepSecret(value: string): void {
    if (value.length < SHORTEST_SECRET) return;
    this.#http.keepSecret(value);
    this.#http.keepSecret(decoded(value));
  }

  #target({ status, headers }: HttpResponse, from: string): string | undefined {
    const { location } = headers;
    if (!REDIRECTS.has(status) || location === undefined || !URL.canParse(location, from)) return undefined;
    const here = new URL(from);
    const to = new URL(location, here);
    const isSameScheme = to.protocol === here.protocol || (here.protocol === 'http:' && to.protocol === 'https:');
    if (to.host !== here.host || !isSameScheme) return undefined;
    to.username = here.username;
    to.password = here.password;
    return to.href;
  }
}
