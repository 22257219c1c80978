import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { FaultPages } from './stand-in.ts';

/** Where the stand-in is found on the sandbox. */
const PLACE = '/barchart';

const HTML = { 'content-type': 'text/html; charset=UTF-8', 'cache-control': 'no-cache, private' };

function html(status: number, head: string, body: string): Answer {
  const page = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Barchart (sandbox)</title>${head}</head>`;
  return { status, headers: HTML, body: `${page}<body>${body}</body></html>` };
}

/** A page with the token in its head. */
export function page(token: string, text: string): Answer {
  return html(200, `<meta name="csrf-token" content="${token}">`, `<h1>${text}</h1>`);
}

export function loginPage(token: string): Answer {
  const form = `<form method="POST" action="${PLACE}/login"><input type="hidden" name="_token" value="${token}">`;
  return html(200, '', `${form}<input name="email"><input name="password" type="password"></form>`);
}

/** What plain clients get since August 2026: neither token nor cookie. */
export function wallPage(): Answer {
  return html(200, '', '<noscript>Please enable JavaScript to continue.</noscript><div id="check"></div>');
}

export function notFoundPage(): Answer {
  return html(404, '', '<h1>Page Not Found</h1>');
}

export function expiredPage(): Answer {
  return html(419, '', '<h1>Page Expired</h1>');
}

/** Goes on to another page of the site. */
export function goTo(path: string): Answer {
  return { status: 302, headers: { ...HTML, location: PLACE + path }, body: '' };
}

/** The answer with cookies set. */
export function withCookies(answer: Answer, cookies: Readonly<Record<string, string>>): Answer {
  const lines = Object.entries(cookies).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}; Max-Age=7200; Path=/; SameSite=Lax`,
  );
  return { ...answer, headers: { ...answer.headers, 'set-cookie': lines } };
}

/** What the site's edge answers when something is wrong. */
export const BARCHART_PAGES: FaultPages = {
  tooMany: (retryAfter) => ({
    status: 429,
    headers: { ...HTML, ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }) },
    body: '<html><body>Too Many Requests</body></html>',
  }),
  internalError: () => html(500, '', '<h1>Server Error</h1>'),
  outage: (status) => html(status, '', '<h1>Service Unavailable</h1>'),
};

/** An answer of the address for downloads that is no file. */
export function told(value: unknown): Answer {
  return jsonAnswer(200, value);
}
