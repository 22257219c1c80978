import type { HttpClient, HttpRequest, HttpResponse } from './http-client.ts';
import type { Redactor } from './redact.ts';

/** A question and its answer, without secrets. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly form?: string;
  /** Milliseconds since the epoch, UTC. */
  readonly requestedAt: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What says something of the body or of its age; cookies and everything else stay out. */
const KEPT_HEADERS = ['content-type', 'content-disposition', 'date', 'age', 'last-modified', 'etag'];

function exchangeOf(request: HttpRequest, response: HttpResponse, secrets: Redactor): Exchange {
  const { method = 'GET', form } = request;
  const { status, headers, body, requestedAt } = response;
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, secrets.text(value)] as const];
  });
  return {
    method,
    url: secrets.url(response.url),
    ...(form === undefined ? {} : { form: secrets.url(`?${new URLSearchParams(form).toString()}`).slice(1) }),
    requestedAt,
    status,
    headers: Object.fromEntries(kept),
    body: secrets.body(body),
  };
}

/**
 * A client that tells of every good answer that was asked for by a job. What is sent without a job, or
 * is not to be kept, is told to nobody.
 */
export function recordingClient(
  client: HttpClient,
  secrets: Redactor,
  tell: (job: string, exchange: Exchange) => void,
): HttpClient {
  return {
    keepSecret: client.keepSecret.bind(client),
    async send(request, signal) {
      const response = await client.send(request, signal);
      if (request.job !== undefined && request.isKept !== false)
        tell(request.job, exchangeOf(request, response, secrets));
      return response;
    },
  };
}
