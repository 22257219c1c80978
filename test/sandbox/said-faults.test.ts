import { describe, expect, it } from 'vitest';
import { barchart } from '../../src/providers/barchart/index.ts';
import { dukascopy } from '../../src/providers/dukascopy/index.ts';
import { ibkr } from '../../src/providers/ibkr/index.ts';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import type { FetchedBars, Provider } from '../../src/providers/provider.ts';
import { faultHelp } from '../../sandbox/fault-words.ts';
import { FAULTY_PROVIDERS, faultKinds } from '../../sandbox/fault-list.ts';
import type { FaultyProvider } from '../../sandbox/fault-list.ts';
import { ibkrAt, optionsFor } from '../support/ibkr.ts';
import { atWork, forex, refusal, request, spy, stampsOf } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { contractIn, market } from '../providers/markets.ts';

const NOW = '2024-07-03T06:00:00Z';
const WEEK = { from: '2024-06-24', to: '2024-06-29' } as const;
const gold = request({ ...contractIn(market('GOLD'), 'Q24'), period: '1d', ...WEEK });
const DAYS = ['2024-06-24', '2024-06-25', '2024-06-26', '2024-06-27', '2024-06-28'];

/** One week of days of each provider. */
const ASKED = {
  yahoo: [yahoo, spy('1d', WEEK.from, WEEK.to)],
  barchart: [barchart, gold],
  dukascopy: [dukascopy, request({ instrument: forex('EURUSD'), period: '1d', ...WEEK })],
  ibkr: [ibkr, gold],
} as const;

async function fetched(id: FaultyProvider, faults: string, asked = ASKED[id][1]): Promise<FetchedBars> {
  const sandbox = await standIn(NOW, `${id}:${faults}`);
  if (id === 'ibkr') return ibkrAt(optionsFor(sandbox), NOW).fetchBars(asked, new AbortController().signal);
  const account = id === 'barchart' ? { username: 'demo', password: 'demo' } : {};
  const provider: Provider = ASKED[id][0];
  return atWork(provider, { base_url: `${sandbox.url}/${id}`, ...account }, NOW).fetch(asked);
}

describe.each(FAULTY_PROVIDERS)('%s', (id) => {
  it.each(['rows-text', 'drifted'])('%s is a bad answer', async (fault) => {
    expect((await refusal(fetched(id, fault))).code).toBe('bad-answer');
  });

  it('all-empty has no bar', async () => {
    expect((await fetched(id, 'all-empty')).bars.time).toHaveLength(0);
  });

  it('still has no bar from its date on', async () => {
    const { bars } = await fetched(id, 'still=2024-06-26');
    expect(stampsOf(bars, '1d')).toEqual(DAYS.slice(0, 2));
  });

  it('lost-day lacks the day until its end', async () => {
    const going = await fetched(id, 'lost-day=2024-06-26');
    expect(stampsOf(going.bars, '1d')).toEqual(DAYS.filter((day) => day !== '2024-06-26'));
    const over = await fetched(id, 'lost-day=2024-06-26@2024-07-02');
    expect(stampsOf(over.bars, '1d')).toEqual(DAYS);
  });

  it('empty-middle has no bar of its month', async () => {
    expect((await fetched(id, 'empty-middle=2024-06')).bars.time).toHaveLength(0);
    expect(stampsOf((await fetched(id, 'empty-middle=2024-05')).bars, '1d')).toEqual(DAYS);
  });

  it('clock-ahead is told as the clock of the source', async () => {
    const { source } = await fetched(id, 'clock-ahead@7200');
    const ahead = (source.clock ?? 0) - Date.parse(NOW);
    expect(Math.floor(ahead / 60_000)).toBe(120);
  });

  it('has a line for each fault in the help', () => {
    for (const kind of faultKinds(id)) expect(faultHelp()).toMatch(new RegExp(`^ {2}${kind} +\\S.{8,}$`, 'm'));
  });
});

it.each(['barchart', 'ibkr'] as const)('months-gone knows no contract at %s', async (id) => {
  expect((await refusal(fetched(id, 'months-gone'))).code).toBe('no-such-symbol');
});

it('months-gone knows no contract at yahoo, and the stocks as before', async () => {
  expect((await refusal(fetched('yahoo', 'months-gone', gold))).code).toBe('no-such-symbol');
  expect(stampsOf((await fetched('yahoo', 'months-gone')).bars, '1d')).toEqual(DAYS);
});

describe('identity', () => {
  it.each([
    ['yahoo', 'identity', { currency: 'GBp' }],
    ['yahoo', 'identity@name', { name: 'Another Company, made up' }],
    ['yahoo', 'identity@exchange', { exchange: 'PNK' }],
    ['yahoo', 'identity@reused', { firstTradeDate: Date.UTC(2024, 6, 1), name: 'Another Company, made up' }],
    ['ibkr', 'identity@currency', { currency: 'CAD' }],
    ['ibkr', 'identity@name', { name: 'Another Company, made up' }],
  ] as const)('of %s:%s is told', async (id, fault, identity) => {
    const { source } = await fetched(id, fault);
    expect(source.identity).toMatchObject(identity);
  });
});

it.each([
  ['yahoo:still', /after = comes a date, as in still=2024-06-20/],
  ['yahoo:still=soon', /after = comes a date/],
  ['yahoo:lost-day=2024-06-20@soon', /takes nothing after @/],
  ['yahoo:identity@colour', /takes nothing after @/],
])('%s is refused with what is right', async (spec, message) => {
  const { parseFaults } = await import('../../sandbox/faults.ts');
  expect(() => parseFaults(spec)).toThrow(message);
});
