import type { ZodError, ZodType } from 'zod';
import type { HttpResponse } from '../../http/http-client.ts';
import { VortexError } from '../../market/errors.ts';
import type { Disposition, ErrorCode } from '../../market/errors.ts';

const problem = (message: string, code: ErrorCode, disposition: Disposition, cause?: unknown): VortexError =>
  new VortexError(message, { code, disposition, cause });

/** Bodies already read by the check, so that no answer is parsed twice. */
const parsed = new WeakMap<HttpResponse, unknown>();

/**
 * Why an answer does not count as one: an HTML page whatever its status (outage, a proxy's error), or JSON that ends in the
 * middle. Both are tried again and never taken for "no data". Of a 404 the body says nothing that is needed.
 */
export function jsonProblem(response: HttpResponse): VortexError | undefined {
  const { status, url, headers } = response;
  const text = response.body.toString('utf8');
  if (text.trimStart().startsWith('<') || (headers['content-type'] ?? '').includes('text/html')) {
    const message = `dukascopy answered a web page with status ${status} instead of data: ${url}`;
    return problem(message, 'html-answer', 'retry');
  }
  if (status === 404) return undefined;
  try {
    parsed.set(response, JSON.parse(text));
    return undefined;
  } catch (cause) {
    const what = text.length === 0 ? 'an empty body' : `${text.length} characters that are no whole JSON`;
    return problem(`dukascopy answered ${what} with status ${status}: ${url}`, 'bad-answer', 'retry', cause);
  }
}

/** An answer whose form is not the known one; names the field and the address. */
export function unknownForm(detail: string, url: string, cause?: unknown): VortexError {
  return problem(`dukascopy's answer has an unknown form: ${detail}: ${url}`, 'bad-answer', 'skip-series', cause);
}

function detailOf(error: ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'the answer' : `${issue.path.join('.') || 'the answer'} ${issue.message}`;
}

/**
 * Reads an answer that passed the check; undefined for a 404.
 * @throws VortexError `refused`, `bad-answer`
 */
export function readAnswer<Read>(response: HttpResponse, schema: ZodType<Read>): Read | undefined {
  const { status, url } = response;
  if (status === 404) return undefined;
  if (status === 401 || status === 403) {
    throw problem(`dukascopy refuses this client with status ${status}: ${url}`, 'refused', 'stop-provider');
  }
  if (status !== 200) {
    throw problem(`dukascopy answered status ${status} without data: ${url}`, 'bad-answer', 'skip-series');
  }
  const answer = schema.safeParse(parsed.get(response));
  if (!answer.success) throw unknownForm(detailOf(answer.error), url, answer.error);
  return answer.data;
}
