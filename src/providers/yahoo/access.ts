import { DAY_MS } from '../../market/period.ts';
import { chartProblem, readChart } from './answers.ts';
import { chartQuery } from './chart.ts';
import type { ChartSource } from './chart.ts';

/** Traded every day for thirty years, so that Yahoo always knows it. */
const SYMBOL = 'SPY';

/**
 * Asks for a week of daily bars. @returns who answered, in words
 * @param now milliseconds since the epoch, UTC
 * @throws VortexError `refused`, `bad-answer`, and those of the network
 */
export async function checkChart(
  { http, hosts, userAgent }: ChartSource,
  now: number,
  signal: AbortSignal,
): Promise<string> {
  const path = `/v8/finance/chart/${SYMBOL}?${chartQuery('1d', { from: now - 7 * DAY_MS, to: now }, false)}`;
  const response = await http.send(
    {
      url: hosts.map((host) => host + path),
      headers: { 'User-Agent': userAgent, Accept: 'application/json' },
      check: chartProblem,
    },
    signal,
  );
  const result = readChart(response, SYMBOL);
  const has = result === 'no-data' ? 'no bars' : 'bars';
  return `${new URL(response.url).host} answers, with ${has} of the last week for ${SYMBOL}`;
}
