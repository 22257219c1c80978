import { expect, it } from 'vitest';
import type { FetchedBars } from '../../src/providers/provider.ts';
import { contents, temporaryFolder } from '../support/folder.ts';
import { bars, change, manifest, SPY, storeOf } from '../store/workspace.ts';
import { days, fault, good, job } from './workspace.ts';
import { session, wholeRun } from './whole-run.ts';

const OVERLAP = days('2024-01-06', '2024-01-15');
const REST = days('2024-01-16', '2024-01-31');
const WHOLE = days('2024-01-01', '2024-01-31');

/** An answer in which every price is half of what is stored: a split, two for one. */
function halved(range: { from: number; to: number }): FetchedBars {
  const table = bars(31);
  for (const column of [table.open, table.high, table.low, table.close]) {
    column.forEach((price, row) => {
      column[row] = price / 2;
    });
  }
  return good(range, table);
}

async function tenDays(): Promise<string> {
  const root = temporaryFolder();
  const store = storeOf(root);
  await store.commit({
    ...change(SPY, store.read(SPY), bars(10)),
    facts: { provider: 'a', coverage: [['2024-01-01', '2024-01-10']], revisions: 0 },
  });
  await store.close();
  return root;
}

const update = (root: string) => job(root, SPY, { reason: 'update', requests: [OVERLAP, REST] });

it('a source on another basis is asked for the whole series at once, and no two bases stand in one file', async () => {
  const root = await tenDays();
  const source = session([halved(OVERLAP), halved(REST), halved(WHOLE)]);
  const { results, codes } = await wholeRun(root, { jobs: [update(root)] }, () => Promise.resolve(source));
  expect(source.asked).toHaveLength(3);
  expect(results).toMatchObject([{ outcome: 'updated', added: 21, revised: 0, error: null }]);
  const store = storeOf(root);
  expect([...(await store.loadBars(store.read(SPY))).close]).toEqual(
    Array.from({ length: 31 }, (_, row) => 50 + row / 2),
  );
  expect([codes, manifest(root)['revisions'], manifest(root)['rebase_pending']]).toEqual([[], 1, undefined]);
});

it.each([
  ['refused', 'stop-provider', 'postponed', 4],
  ['allowance-used', 'stop-provider', 'postponed', 5],
  ['provider-fault', 'skip-series', 'failed', 3],
] as const)(
  'that answers %s in the midst of it is asked no more; the old basis stays, marked for the next run',
  async (code, disposition, outcome, exitCode) => {
    const root = await tenDays();
    const before = contents(root);
    const source = session([halved(OVERLAP), fault(code, disposition)]);
    const ran = await wholeRun(root, { jobs: [update(root)] }, () => Promise.resolve(source));
    expect(source.asked).toHaveLength(2);
    expect(ran.results).toMatchObject([{ outcome, added: 0, last: '2024-01-10', error: { code } }]);
    expect([ran.codes, contents(root), manifest(root)['rebase_pending']]).toEqual([[exitCode], before, true]);
    expect(storeOf(root).read(SPY).stored.coverage).toEqual([days('2024-01-01', '2024-01-10')]);

    // The next run fetches the whole of it; then nothing is pending.
    const again = job(root, SPY, { reason: 'rebase', requests: [WHOLE] });
    const next = session([halved(WHOLE)]);
    await wholeRun(root, { jobs: [again] }, () => Promise.resolve(next));
    const store = storeOf(root);
    expect([...(await store.loadBars(store.read(SPY))).close].slice(0, 2)).toEqual([50, 50.5]);
    expect(manifest(root)['rebase_pending']).toBe(undefined);
  },
);
