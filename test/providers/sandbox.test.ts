import { expect, it } from 'vitest';
import { sandbox } from '../../src/providers/sandbox/index.ts';
import { stock, atWork, request, stampsOf } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { answer, serve } from '../support/loopback.ts';
import { conformance } from './conformance.ts';
import { contractIn, market } from './markets.ts';

const NOW = '2024-07-03T06:00:00Z';
const GOLD = market('GOLD');
const bar = (time: string, close: number, high = close, low = close) => ({
  time,
  open: close,
  high,
  low,
  close,
  volume: 1,
});
const spy = (from: string, to: string) => request({ instrument: stock('SPY'), period: '1d', from, to });

/** A sandbox behind a server that counts what is asked of it. */
async function counted() {
  const { url } = await standIn(NOW);
  const server = await serve((path, response) => {
    void fetch(url + path).then(async (got) => {
      answer(response, got.status, await got.text());
    });
  });
  return { options: { base_url: server.url }, requests: () => Promise.resolve(server.requests.length) };
}

conformance({
  provider: sandbox,
  now: NOW,
  standIn: counted,
  optionsAt: (url) => ({ base_url: url }),
  known: {
    'a stock by day': spy('2024-01-01', '2024-07-01'),
    'a stock by minute': request({
      instrument: stock('SPY'),
      period: '1m',
      from: '2024-06-24T00:00:00Z',
      to: '2024-06-26T00:00:00Z',
    }),
    'a contract that has expired': request({
      ...contractIn(GOLD, 'J24'),
      period: '1d',
      from: '2024-01-01',
      to: '2024-07-01',
    }),
  },
  quiet: spy('2024-06-29', '2024-07-01'),
  unknownSymbol: request({ instrument: stock('XYZQ'), period: '1d', from: '2024-01-01', to: '2024-02-01' }),
  excluded: {
    'a future without a contract': request({ instrument: GOLD, period: '1d', from: '2024-01-01', to: '2024-02-01' }),
    'more minutes than one request may span': request({
      instrument: stock('SPY'),
      period: '1m',
      from: '2024-05-01T00:00:00Z',
      to: '2024-06-29T00:00:00Z',
    }),
  },
  mismatch: { body: JSON.stringify({ bars: [{ ...bar('2024-06-03', 5), close: 'five' }] }), field: 'close' },
  badRows: {
    body: JSON.stringify({
      bars: [
        bar('2024-06-03', 5),
        bar('2024-06-04', 5, 4, 6),
        bar('2024-06-06', 7),
        bar('2024-06-06', 8),
        bar('2024-06-05', 6),
        bar('2024-06-20', 9),
      ],
    }),
    request: spy('2024-06-03', '2024-06-10'),
    good: 2,
    reasons: ['high-below-low', 'duplicate-time', 'out-of-order', 'outside-range'],
  },
});

it('names a contract by Yahoo’s root, so that A6 of Australia is 6A', async () => {
  const { url } = await standIn(NOW);
  const server = await serve((_, response) => {
    answer(response, 200, JSON.stringify({ bars: [bar('2024-06-03', 5)] }));
  });
  const asked = request({ ...contractIn(market('AUD'), 'U24'), period: '1d', from: '2024-06-03', to: '2024-06-10' });
  const { bars } = await atWork(sandbox, { base_url: server.url }, NOW).fetch(asked);
  expect(stampsOf(bars, '1d')).toEqual(['2024-06-03']);
  const real = await atWork(sandbox, { base_url: url }, NOW).fetch(asked);
  expect(stampsOf(real.bars, '1d')).toEqual(['2024-06-03', '2024-06-04', '2024-06-05', '2024-06-06', '2024-06-07']);
});
