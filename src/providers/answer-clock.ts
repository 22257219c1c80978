import type { HttpResponse } from '../http/http-client.ts';

/**
 * The server's own clock when it gave the answer, milliseconds since the epoch, UTC: its `Date` plus the `Age` that a cache
 * on the way added. Undefined when it does not say.
 */
export function answerClock({ headers }: Pick<HttpResponse, 'headers'>): number | undefined {
  const date = Date.parse(headers['date'] ?? '');
  if (Number.isNaN(date)) return undefined;
  const age = headers['age']?.trim() ?? '';
  return date + (/^\d{1,9}$/.test(age) ? Number(age) * 1000 : 0);
}
