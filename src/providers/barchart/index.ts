import * as z from 'zod';
import { tradeDate } from '../../market/calendar.ts';
import { defineProvider } from '../provider.ts';
import type { Capabilities, ProviderSession, ProviderTools } from '../provider.ts';
import { barchartSymbol } from './symbols.ts';

/** What a paying account has per day. */
const ALLOWANCE = 250;

const DAILY = { since: tradeDate(1978, 1, 1) };
const INTRADAY_SINCE = tradeDate(2008, 1, 1);
// As many days as surely have fewer rows than one download may: five days of 23 hours a week, and the days asked around them.
const intraday = (spanDays: number) => ({ spanDays, since: INTRADAY_SINCE });

const capabilities: Capabilities = {
  assetClasses: ['future', 'stock', 'forex'],
  periods: {
    '1m': intraday(14),
    '5m': intraday(90),
    '15m': intraday(280),
    '30m': intraday(560),
    '1h': intraday(1120),
    '1d': DAILY,
    '1wk': DAILY,
    '1mo': DAILY,
  },
  servesWholeLife: true,
  dayBoundary: {},
  allowance: { perDay: ALLOWANCE, timezone: 'America/Chicago' },
  // The page, the question for permission, the form.
  wireRequests: 3,
  // The vendor bears a download every 7 to 15 seconds.
  paceMs: 3_500,
};

const Options = z.strictObject({
  base_url: z.url().default('https://www.barchart.com').describe('What stands before /login and /futures/quotes/…'),
  username: z.string().min(1).optional().meta({ secret: true, description: 'Account: its e-mail address' }),
  password: z.string().min(1).optional().meta({ secret: true, description: 'Password of the account' }),
  transport: z
    .enum(['http', 'cookies'])
    .default('http')
    .describe('http: sign in with username and password; cookies: go on with the session of your own browser'),
  cookie_file: z.string().min(1).optional().meta({
    contents: 'cookies',
    description: 'Cookies exported from your browser: a cookies.txt, or JSON as browser extensions write it',
  }),
  cookies: z.string().min(1).optional().meta({ secret: true, description: 'The same as text, in place of a file' }),
  user_agent: z
    .string()
    .min(1)
    .default(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    )
    .describe('With cookies it must be that of the browser they come from'),
  pace_ms: z
    .int()
    .min(0)
    .default(capabilities.paceMs)
    .describe('Least time between the starts of two requests, milliseconds; a download takes three requests'),
  allowance: z
    .int()
    .min(0)
    .default(ALLOWANCE)
    .describe('Downloads that the account has per day (Chicago): 250 for paying accounts, 5 for free ones'),
});

function create(options: z.infer<typeof Options>, tools: ProviderTools): ProviderSession {
  // Loaded with the first request: a plan does without.
  const open = async () => new (await import('./session.ts')).BarchartSession(options, tools);
  let session: ReturnType<typeof open> | undefined;
  const opened = (): ReturnType<typeof open> => (session ??= open());
  return {
    fetchBars: async (request, signal) => (await opened()).fetchBars(request, signal),
    checkAccess: async (signal) => (await opened()).checkAccess(signal),
    allowance: async (signal) => (await opened()).allowance(signal),
    probe: async (request, signal) => (await opened()).probe(request, signal),
    close: async () => {
      await (await session)?.close();
    },
  };
}

/** Barchart, by its download pages: futures contracts for ever, stocks, indices, forex. An account with an allowance per day. */
export const barchart = defineProvider({
  id: 'barchart',
  capabilities,
  Options,
  needs: 'an account',
  hasCredentials: ({ transport, username, password, cookies }) =>
    transport === 'cookies' ? cookies !== undefined : username !== undefined && password !== undefined,
  symbolFor: barchartSymbol,
  create,
});
