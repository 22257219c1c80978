import { expect, it } from 'vitest';
import type { SeriesIdentity } from '../../src/market/identity.ts';
import type { FetchedBars } from '../../src/providers/provider.ts';
import { contents, temporaryFolder } from '../support/folder.ts';
import { bars, manifest, SPY, storeOf } from '../store/workspace.ts';
import { days, good, JANUARY, job, run } from './workspace.ts';

const REST = days('2024-01-11', '2024-01-31');
const OVERLAP = days('2024-01-06', '2024-01-31');

/** January at a price level, by a source that says who the series is. */
function told(range: { from: number; to: number }, identity: SeriesIdentity, level = 100): FetchedBars {
  const answer = good(range, bars(31, level));
  return { ...answer, source: { ...answer.source, identity } };
}

async function tenDays(identity: SeriesIdentity): Promise<string> {
  const root = temporaryFolder();
  const requests = [days('2024-01-01', '2024-01-10')];
  await run(root, [job(root, SPY, { requests })], (range) => told(range, identity));
  return root;
}

const update = (root: string, requests = [OVERLAP]) => job(root, SPY, { reason: 'update', requests });

it.each([
  ['currency', { currency: 'GBp' }, { currency: 'GBP' }],
  ['hours', { hours: 'regular' }, { hours: 'extended' }],
  ['first trade date', {}, { firstTradeDate: Date.parse('2024-01-20') }],
] as const)('another %s is refused, and nothing changes on disk', async (what, was, is) => {
  const root = await tenDays(was);
  const before = contents(root);
  const { results, codes } = await run(root, [update(root)], (range) => told(range, is));
  expect([codes, contents(root)]).toEqual([[3], before]);
  expect(results[0]?.error?.code).toBe('identity-changed');
  expect(results[0]?.error?.message).toContain(what);
});

it('a forced answer in another currency takes the place of all stored bars', async () => {
  const root = await tenDays({ currency: 'GBp' });
  const forced = job(root, SPY, { reason: 'force', requests: [days('2024-01-06', '2024-01-31')] });
  await run(root, [forced], (range) => told(range, { currency: 'GBP' }, 1));
  const store = storeOf(root);
  const known = store.read(SPY);
  expect([...(await store.loadBars(known)).close]).toEqual(Array.from({ length: 26 }, (_, row) => 6 + row));
  expect([known.stored.coverage, manifest(root)['currency']]).toEqual([[OVERLAP], 'GBP']);
});

it.each(['instrumentType', 'exchange', 'name', 'conId'] as const)(
  'another %s is taken and told once where the common bars agree, refused where they do not or there are none',
  async (field) => {
    const [was, is] = [{ [field]: 'A' }, { [field]: 'B' }];
    const root = await tenDays(was);
    const other = await run(root, [update(root)], (range) => told(range, is, 200));
    const none = await run(root, [update(root, [REST])], (range) => told(range, is));
    expect([other, none].map(({ results }) => results[0]?.error?.code)).toEqual([
      'identity-changed',
      'identity-changed',
    ]);
    const first = await run(root, [update(root)], (range) => told(range, is));
    expect([first.results[0]?.outcome, first.warnings.join()]).toEqual([
      'updated',
      expect.stringMatching(/was A, is B/),
    ]);
    expect((await run(root, [update(root)], (range) => told(range, is))).warnings).toEqual([]);
  },
);

it('what an answer leaves out stays known, and what was unknown is filled in', async () => {
  const root = await tenDays({ currency: 'USD' });
  await run(root, [job(root, SPY, { requests: [JANUARY] })], (range) => told(range, { name: 'S&P 500' }));
  expect(manifest(root)['identity']).toEqual({ currency: 'USD', name: 'S&P 500' });
});
