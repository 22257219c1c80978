import * as z from 'zod';
import type { HttpClient } from '../../http/http-client.ts';
import { allocateBars, EXTRA_COLUMNS } from '../../market/bars.ts';
import type { Bars } from '../../market/bars.ts';
import type { BarRequest, FetchedBars, ProviderTools } from '../provider.ts';
import { problem } from './words.ts';

const column = z.array(z.number().nullable());
const told = z.object({
  columns: z.record(z.string(), column),
  dropped: z.record(z.string(), z.number()),
  source: z.looseObject({ symbol: z.string() }),
});

const PLAIN = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

function written({ bars, dropped, source }: FetchedBars): Buffer {
  const columns = Object.fromEntries([...PLAIN.map((name) => [name, bars[name]] as const), ...bars.extras]);
  // A missing value, NaN, is null in JSON.
  const plain = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]]));
  return Buffer.from(JSON.stringify({ columns: plain, dropped, source }));
}

function readBars(columns: Readonly<Record<string, z.infer<typeof column>>>): Bars {
  const extras = EXTRA_COLUMNS.filter((name) => name in columns);
  const bars = allocateBars(columns['time']?.length ?? 0, extras);
  const fill = (name: string, into: Float64Array): void => {
    (columns[name] ?? []).forEach((value, row) => {
      if (value !== null) into[row] = value;
    });
  };
  for (const name of PLAIN) fill(name, bars[name]);
  for (const [name, into] of bars.extras) fill(name, into);
  return bars;
}

function read(body: Buffer): FetchedBars {
  const answer = told.safeParse(JSON.parse(body.toString('utf8')));
  if (!answer.success) throw problem('an archived answer of ibkr is of another form', 'bad-answer');
  const { columns, dropped, source } = answer.data;
  return { bars: readBars(columns), dropped, source };
}

type Ask = (request: BarRequest, signal: AbortSignal) => Promise<FetchedBars>;

/** One question to TWS in the shape that the archive can keep: the bars as the client library reads them stand for the answer. */
function asClient(request: BarRequest, ask: Ask, now: () => number): HttpClient {
  return {
    keepSecret: () => undefined,
    send: async ({ url }, signal) => {
      const body = written(await ask(request, signal));
      const headers = { 'content-type': 'application/json' };
      return { status: 200, headers, body, url: String(url), requestedAt: now() };
    },
  };
}

/** Asks TWS, with the archive around the question or in place of the answer. */
export function archived(ask: Ask, { http, offline, archive, clock }: ProviderTools): Ask {
  if (offline !== true && archive === undefined) return ask;
  return async (request, signal) => {
    const live = asClient(request, ask, () => clock.now());
    const through = offline === true ? http : (archive?.(live) ?? live);
    const { body } = await through.send({ url: 'ibkr://tws/bars', job: request.job }, signal);
    return read(body);
  };
}
