import { unprocessable } from './yahoo-answers.ts';
import type { Answer } from './answer.ts';
import type { ChartRequest, Interval } from './yahoo-request.ts';

const DAY = 86_400;
const MINUTE_SPAN_DAYS = 8;
const DAILY_SPAN_YEARS = 100;

/** Days before now from which on a request is refused; daily and longer have no such limit. */
const DEPTH_DAYS: Readonly<Partial<Record<Interval, number>>> = {
  '1m': 30,
  '2m': 60,
  '5m': 60,
  '15m': 60,
  '30m': 60,
  '90m': 60,
  '1h': 730,
  '4h': 730,
};

/** Yahoo's refusal of a range that is too long or too old for its interval; `now` in milliseconds since the epoch. */
export function limitAnswer(request: ChartRequest, now: number): Answer | undefined {
  const { interval, from, to } = request;
  const subject = `${interval} data not available for startTime=${from} and endTime=${to}.`;
  const depth = DEPTH_DAYS[interval];
  if (depth === undefined) {
    if (to - from < DAILY_SPAN_YEARS * 365.25 * DAY) return undefined;
    return unprocessable(
      `${subject} Only ${DAILY_SPAN_YEARS} years worth of day granularity data are allowed to be fetched per request.`,
    );
  }
  if (interval === '1m' && to - from > MINUTE_SPAN_DAYS * DAY) {
    return unprocessable(
      `${subject} Only ${MINUTE_SPAN_DAYS} days worth of 1m granularity data are allowed to be fetched per request.`,
    );
  }
  if (now / 1000 - from < depth * DAY) return undefined;
  return unprocessable(`${subject} The requested range must be within the last ${depth} days.`);
}
