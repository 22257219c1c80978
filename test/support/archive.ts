import type { Instrument } from '../../src/market/instrument.ts';
import { dukascopy } from '../../src/providers/dukascopy/index.ts';
import { answer, serve } from './loopback.ts';
import { atWork, forex, request } from './session.ts';
import type { Wish } from './session.ts';

/** A Wednesday. */
export const NOW = '2024-07-03T06:00:00Z';
export const EURO = forex('EURUSD');
export const JULY_2 = { period: '1m', from: '2024-07-02T00:00:00Z', to: '2024-07-03T00:00:00Z' } as const;

/** Dukascopy at a server of known bodies by path; what it does not know is a 404 without a body. */
export async function archive(bodies: Readonly<Record<string, string>>, options: object = {}, now = NOW) {
  const server = await serve((path, response) => {
    const body = bodies[path.replace(/^\/v1/, '')];
    answer(response, body === undefined ? 404 : 200, body ?? '');
  });
  const work = atWork(dukascopy, { base_url: server.url, ...options }, now);
  return {
    paths: () => server.requests.map((path) => path.replace(/^\/v1/, '')),
    fetch: (wish: Omit<Wish, 'instrument'>, instrument: Instrument = EURO) =>
      work.fetch(request({ instrument, ...wish })),
  };
}
