/** Most addresses that one try goes on to. */
export const MAX_REDIRECTS = 5;

const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

/** What an answer says about where to go on. */
export interface RedirectAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Where a GET goes on to; undefined when the answer is to be taken as it is. Only the same host is followed, or its https
 * form: other hosts must not get our headers. A redirect that sets cookies is an answer, its reader wants them.
 */
export function redirectTarget(method: string, from: URL, answer: RedirectAnswer): URL | undefined {
  const { location } = answer.headers;
  if (method !== 'GET' || !REDIRECT_STATUSES.has(answer.status) || typeof location !== 'string') return undefined;
  if (answer.headers['set-cookie'] !== undefined || !URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from.href);
  const isSameServer = to.protocol === from.protocol && to.host === from.host;
  const isHttpsForm = from.protocol === 'http:' && to.protocol === 'https:' && to.hostname === from.hostname;
  return isSameServer || isHttpsForm ? to : undefined;
}
