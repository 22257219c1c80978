import type { HttpResponse } from '../../http/http-client.ts';
import type { Visit } from './site.ts';

const TAGS = /<(?:input|meta)\b[^>]*>/gi;

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}

/** An attribute of the first tag that has this name; undefined when the page has no such tag. */
function valueOf(html: string, name: string, value: string): string | undefined {
  for (const [tag] of html.matchAll(TAGS)) {
    if (attribute(tag, 'name')?.toLowerCase() !== name) continue;
    const found = attribute(tag, value);
    if (found) return found;
  }
  return undefined;
}

/** The hidden token of the page's form. */
export function formToken(html: string): string | undefined {
  return valueOf(html, '_token', 'value');
}

/** The token in the head of a page, or else that of its form. */
export function pageToken(html: string): string | undefined {
  return valueOf(html, 'csrf-token', 'content') ?? formToken(html);
}

/** True for a body that is a web page, whatever it calls itself. */
export function isWebPage(body: string, type: string): boolean {
  return body.trimStart().startsWith('<') || type.includes('text/html');
}

/** True for a page with status 200 that has neither token nor cookie: the check that is put before browsers that are none. */
export function isBotWall({ response, set }: Visit): boolean {
  const html = response.body.toString('utf8');
  if (response.status !== 200 || !isWebPage(html, response.headers['content-type'] ?? '')) return false;
  return pageToken(html) === undefined && !set.some(({ name }) => name === 'XSRF-TOKEN');
}

const OUTAGE =
  /service unavailable|temporarily unavailable|maintenance|be right back|bad gateway|internal server error/i;

/** True for a page that says with status 200 that the site is down: that is no check for browsers, and passes. */
export function isOutage({ status, body, headers }: HttpResponse): boolean {
  const html = body.toString('utf8');
  if (status !== 200 || !isWebPage(html, headers['content-type'] ?? '')) return false;
  return pageToken(html) === undefined && OUTAGE.test(html);
}
