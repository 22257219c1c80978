import type { Answer } from './answer.ts';
import type { FaultPages } from './stand-in.ts';

export const CHART_PATH = /^\/v8\/finance\/chart\/([^/]+)$/;

/** Headers that real answers carry. */
export const YAHOO_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json;charset=utf-8',
  'cache-control': 'public, max-age=10, stale-while-revalidate=20',
  vary: 'Origin,Accept-Encoding',
  server: 'ATS',
};

/** An error in Yahoo's form. */
function chartError(status: number, code: string, description: string): Answer {
  return {
    status,
    headers: YAHOO_HEADERS,
    body: JSON.stringify({ chart: { result: null, error: { code, description } } }),
  };
}

export function notFound(): Answer {
  return chartError(404, 'Not Found', 'No data found, symbol may be delisted');
}

export function badRequest(description: string): Answer {
  return chartError(400, 'Bad Request', description);
}

export function unprocessable(description: string): Answer {
  return chartError(422, 'Unprocessable Entity', description);
}

/** The symbol is known and the range lies before its first trade. Times in seconds since the epoch. */
export function noDataFor(from: number, to: number): Answer {
  return badRequest(`Data doesn't exist for startDate = ${from}, endDate = ${to}`);
}

/** What a client gets that does not look like a browser, or asks too often: no JSON. */
export const TOO_MANY_REQUESTS: Answer = {
  status: 429,
  headers: { 'content-type': 'text/html', 'cache-control': 'no-store', server: 'ATS' },
  body: 'Edge: Too Many Requests',
};

const OUTAGE_PAGE =
  '<!DOCTYPE html><html lang="en-us"><head><title>Yahoo</title></head><body><h1>Will be right back...</h1>' +
  '<p>Thank you for your patience. Our engineers are working quickly to resolve the issue.</p></body></html>';

const HTML = { 'content-type': 'text/html; charset=UTF-8', 'cache-control': 'no-store', server: 'ATS' };

/** What Yahoo's edge answers when something is wrong. */
export const YAHOO_PAGES: FaultPages = {
  tooMany: (retryAfter) => ({
    ...TOO_MANY_REQUESTS,
    headers: {
      ...TOO_MANY_REQUESTS.headers,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
  }),
  internalError: () => chartError(500, 'Internal Server Error', 'An error occurred'),
  outage: (status) => ({ status, headers: HTML, body: OUTAGE_PAGE }),
};

/** What a path gets that is no chart. */
export function unknownPath(): Answer {
  const body = { finance: { result: null, error: { code: 'Not Found', description: 'HTTP 404 Not Found' } } };
  return { status: 404, headers: YAHOO_HEADERS, body: JSON.stringify(body) };
}
