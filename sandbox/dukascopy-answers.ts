import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { FaultPages } from './stand-in.ts';

const JSON_TYPE = 'application/json';
const HTML = { 'content-type': 'text/html', server: 'nginx' };

const page = (status: number, title: string): string =>
  `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`;

/** A good answer. What is complete may be kept for ever, what is in progress not at all. */
export function found(body: string, complete: boolean): Answer {
  const kept = complete ? 'public, max-age=31536000, immutable' : 'no-store';
  return { status: 200, headers: { 'content-type': JSON_TYPE, 'cache-control': kept }, body };
}

/** What an unknown instrument gets, an unknown path, and a period that is not over under its own address. */
export function notFound(message: string): Answer {
  return jsonAnswer(404, { status: 404, error: 'Not Found', message });
}

export function badRequest(message: string): Answer {
  return jsonAnswer(400, { status: 400, error: 'Bad Request', message });
}

/** What the host answers when something is wrong. */
export const DUKASCOPY_PAGES: FaultPages = {
  tooMany: (retryAfter) => ({
    status: 429,
    headers: { ...HTML, ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }) },
    body: page(429, 'Too Many Requests'),
  }),
  internalError: () => jsonAnswer(500, { status: 500, error: 'Internal Server Error' }),
  outage: (status) => ({ status, headers: HTML, body: page(503, 'Service Temporarily Unavailable') }),
};
