import type { HttpResponse } from '../../http/http-client.ts';
import { VortexError } from '../../market/errors.ts';
import type { Disposition, ErrorCode } from '../../market/errors.ts';
import { outsideText } from '../../market/outside-text.ts';
import type { Period } from '../../market/period.ts';
import { chartAnswer, financeError } from './wire.ts';
import type { ChartResult } from './wire.ts';

const problem = (message: string, code: ErrorCode, disposition: Disposition, cause?: unknown): VortexError =>
  new VortexError(message, { code, disposition, cause });

/** Bodies already read by the check, so that no answer is parsed twice. */
const parsed = new WeakMap<HttpResponse, unknown>();

/**
 * Why an answer does not count as one, whatever its status: an HTML page (outage, a proxy's error) or JSON that ends in the
 * middle. Both are tried again and never taken for "no data".
 */
export function chartProblem(response: HttpResponse): VortexError | undefined {
  const text = response.body.toString('utf8');
  if (text.trimStart().startsWith('<') || (response.headers['content-type'] ?? '').includes('text/html')) {
    return problem(
      `yahoo answered a web page with status ${response.status} instead of data: ${response.url}`,
      'html-answer',
      'retry',
    );
  }
  try {
    parsed.set(response, JSON.parse(text));
    return undefined;
  } catch (cause) {
    const what = text.length === 0 ? 'an empty body' : `${text.length} characters that are no whole JSON`;
    return problem(
      `yahoo answered ${what} with status ${response.status}: ${response.url}`,
      'bad-answer',
      'retry',
      cause,
    );
  }
}

/** What a told error means. `no-data` is an answer: the symbol exists and has nothing in the range. */
function errorOf(
  status: number,
  code: string,
  description: string,
  symbol: string,
  url: string,
): VortexError | 'no-data' {
  const said = `yahoo says "${outsideText(description)}" (${status} ${outsideText(code)}) for ${symbol}: ${url}`;
  if (description.startsWith("Data doesn't exist for startDate")) return 'no-data';
  if (code === 'Not Found' || (status === 404 && code !== 'Bad Request')) {
    return problem(`no such symbol at yahoo: ${symbol}`, 'no-such-symbol', 'skip-series');
  }
  if (code === 'Unauthorized' || status === 401 || status === 403) {
    return problem(`${said}; yahoo refuses this client`, 'refused', 'stop-provider');
  }
  if (status === 422 || code === 'Unprocessable Entity' || description.startsWith('Invalid input')) {
    return problem(said, 'not-servable', 'skip-series');
  }
  return problem(said, 'bad-answer', 'skip-series');
}

/**
 * Reads an answer that passed the check. The told error is looked at before the status: it may come with 200.
 * @throws VortexError `no-such-symbol`, `not-servable`, `refused`, `bad-answer`
 */
export function readChart(response: HttpResponse, symbol: string): ChartResult | 'no-data' {
  const { status, url } = response;
  const body = parsed.get(response);
  const refused = financeError.safeParse(body);
  const answer = chartAnswer.safeParse(body);
  const told = refused.success ? refused.data.finance.error : answer.data?.chart.error;
  if (told !== undefined && told !== null) {
    const error = errorOf(status, told.code, told.description ?? '', symbol, url);
    if (error === 'no-data') return error;
    throw error;
  }
  if (status === 401 || status === 403) {
    throw problem(`yahoo refuses this client with status ${status}: ${url}`, 'refused', 'stop-provider');
  }
  if (!answer.success) {
    const issue = answer.error.issues[0];
    const field = issue === undefined ? 'the answer' : issue.path.join('.');
    throw problem(
      `yahoo's answer has an unknown form: ${field} ${issue?.message ?? ''}: ${url}`,
      'bad-answer',
      'skip-series',
    );
  }
  const result = answer.data.chart.result?.[0];
  if (status !== 200 || result === undefined) {
    throw problem(`yahoo answered status ${status} without data or an error: ${url}`, 'bad-answer', 'skip-series');
  }
  if (typeof result.meta.symbol === 'string' && result.meta.symbol.toUpperCase() !== symbol.toUpperCase()) {
    throw problem(`yahoo answered ${result.meta.symbol} when asked for ${symbol}: ${url}`, 'bad-answer', 'skip-series');
  }
  return result;
}

/** Refuses bars of another size than asked: Yahoo has sent 60m for 30m. */
export function sameGranularity(result: ChartResult, period: Period, url: string): void {
  const sent = result.meta.dataGranularity === '60m' ? '1h' : result.meta.dataGranularity;
  if (sent !== period) {
    throw problem(`yahoo sent ${sent} bars when asked for ${period}: ${url}`, 'bad-answer', 'skip-series');
  }
}
