import * as z from 'zod';
import { answerClock } from '../answer-clock.ts';
import type { HttpResponse } from '../../http/http-client.ts';
import { checkBars } from '../../market/bar-checks.ts';
import { allocateBars, NO_BARS } from '../../market/bars.ts';
import { formatTradeDate } from '../../market/calendar.ts';
import { VortexError } from '../../market/errors.ts';
import type { Contract, Instrument } from '../../market/instrument.ts';
import { DAY_MS, isIntraday } from '../../market/period.ts';
import { formatStamp } from '../../market/stored-series.ts';
import { defineProvider } from '../provider.ts';
import type {
  BarRequest,
  Capabilities,
  FetchedBars,
  ProviderSession,
  ProviderTools,
  SourceFacts,
} from '../provider.ts';

/** The day of a pair there, as at Yahoo. */
const FOREX_DAY = 'Europe/London';

const capabilities: Capabilities = {
  assetClasses: ['future', 'stock', 'forex'],
  periods: {
    '1m': { spanDays: 30, depthDays: 366 },
    '5m': { spanDays: 92, depthDays: 366 },
    '15m': { spanDays: 366, depthDays: 730 },
    '30m': { spanDays: 366, depthDays: 730 },
    '1h': { spanDays: 366, depthDays: 730 },
    '1d': {},
    '1wk': {},
    '1mo': {},
  },
  servesWholeLife: true,
  dayBoundary: { forex: FOREX_DAY },
  paceMs: 0,
};

const Options = z.strictObject({
  base_url: z
    .url()
    .default('http://127.0.0.1:8620')
    .describe('Where `vortex sandbox` listens; what stands before /truth/…'),
  pace_ms: z.int().min(0).default(0).describe('Least time between the starts of two requests, milliseconds'),
});

const answer = z.object({
  bars: z.array(
    z.object({
      time: z.iso.datetime({ error: 'is no time' }).or(z.iso.date({ error: 'is no date' })),
      open: z.number(),
      high: z.number(),
      low: z.number(),
      close: z.number(),
      volume: z.number(),
    }),
  ),
});

function sandboxSymbol(instrument: Instrument, contract: Contract | undefined): string | undefined {
  const named = instrument.symbols?.sandbox;
  if (contract === undefined) return named ?? (instrument.class === 'future' ? undefined : instrument.code);
  return `${instrument.code}${contract.letter}${String(contract.year % 100).padStart(2, '0')}`;
}

const refusal = z.object({ error: z.string().startsWith('no such ') });

function unreadable(response: HttpResponse, cause: unknown): VortexError {
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
  const detail = issue === undefined ? '' : `, ${issue.path.join('.')}: ${issue.message}`;
  const what = `the sandbox answered something else than bars (status ${response.status}${detail})`;
  return new VortexError(`${what}: ${response.url}`, { code: 'bad-answer', disposition: 'skip-series', cause });
}

/** True for the sandbox's own word that it has no such symbol; a 404 of anything else between here and there says nothing. */
function saysNoSuch({ status, body }: HttpResponse): boolean {
  if (status !== 404) return false;
  try {
    return refusal.safeParse(JSON.parse(body.toString('utf8'))).success;
  } catch {
    return false;
  }
}

function readBars(response: HttpResponse): z.infer<typeof answer>['bars'] {
  try {
    return answer.parse(JSON.parse(response.body.toString('utf8'))).bars;
  } catch (cause) {
    throw unreadable(response, cause);
  }
}

/** What an answer says beside its bars: its time, and the hours; made-up prices have no more of an identity. */
function factsOf(response: HttpResponse, symbol: string, { instrument, period }: BarRequest): SourceFacts {
  const clock = answerClock(response);
  return {
    symbol,
    dayBoundary: instrument.class === 'forex' ? FOREX_DAY : 'exchange',
    ...(clock === undefined ? {} : { clock }),
    ...(instrument.class === 'stock' && isIntraday(period) ? { identity: { hours: 'regular' as const } } : {}),
    closeKind: 'last',
  };
}

function create(options: z.infer<typeof Options>, { http, now }: ProviderTools): ProviderSession {
  const base = options.base_url.replace(/\/+$/, '');
  return {
    async fetchBars(request: BarRequest, signal: AbortSignal): Promise<FetchedBars> {
      const { instrument, contract, period, range } = request;
      const symbol = sandboxSymbol(instrument, contract);
      if (symbol === undefined || capabilities.periods[period] === undefined) {
        throw new VortexError(`the sandbox makes no prices of ${instrument.id}`, {
          code: 'not-servable',
          disposition: 'skip-series',
        });
      }
      if (range.from >= range.to) return { bars: NO_BARS, dropped: {}, source: { symbol } };
      const query = new URLSearchParams({
        period,
        from: formatStamp(range.from, period),
        to: formatStamp(range.to, period),
      }).toString();
      const url = `${base}/truth/${instrument.class}/${encodeURIComponent(symbol)}?${query}`;
      const response = await http.send({ url, job: request.job }, signal);
      if (saysNoSuch(response)) {
        throw new VortexError(`no such symbol at sandbox: ${symbol}`, {
          code: 'no-such-symbol',
          disposition: 'skip-series',
        });
      }
      if (response.status !== 200) throw unreadable(response, undefined);
      const rows = readBars(response);
      const bars = allocateBars(rows.length, []);
      rows.forEach((row, index) => {
        bars.time[index] = Date.parse(row.time);
        bars.open[index] = row.open;
        bars.high[index] = row.high;
        bars.low[index] = row.low;
        bars.close[index] = row.close;
        bars.volume[index] = row.volume;
      });
      return {
        ...checkBars(bars, range),
        source: factsOf(response, symbol, request),
      };
    },
    async checkAccess(signal) {
      const [from, to] = [formatTradeDate(now() - 7 * DAY_MS), formatTradeDate(now())];
      const url = `${base}/truth/stock/SPY?${new URLSearchParams({ period: '1d', from, to }).toString()}`;
      const response = await http.send({ url }, signal);
      if (response.status !== 200) throw unreadable(response, undefined);
      return `${new URL(base).host} answers, with ${readBars(response).length} bars of the last week for SPY`;
    },
  };
}

/** Made-up bars from `vortex sandbox`; the files say so by their provider. */
export const sandbox = defineProvider({ id: 'sandbox', capabilities, Options, symbolFor: sandboxSymbol, create });
