import type { Answer } from './answer.ts';

/** Headers that real answers carry. */
export const YAHOO_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json;charset=utf-8',
  'cache-control': 'public, max-age=10, stale-while-revalidate=20',
  vary: 'Origin,Accept-Encoding',
  server: 'ATS',
};

/** An error in Yahoo's form. */
export function chartError(status: number, code: string, description: string): Answer {
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
