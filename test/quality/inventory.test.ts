import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inventory } from '../../src/quality/inventory.ts';
import type { SeriesStatus } from '../../src/quality/inventory.ts';
import { temporaryFolder } from '../support/folder.ts';
import { edit, putSeries } from '../support/stored.ts';

const NOW = Date.parse('2024-07-03T06:00:00Z');
// Monday to Friday.
const WEEK = ['2024-06-03', '2024-06-04', '2024-06-05', '2024-06-06', '2024-06-07'];

function statusOf(root: string, key: string): SeriesStatus {
  const found = inventory(root, NOW).find(({ name }) => name.series === key);
  if (found === undefined) throw new Error(`${key} is not in the inventory`);
  return found.status;
}

it('tells rows, ends, age and files of a whole series', async () => {
  const root = temporaryFolder();
  await putSeries(root, [{ id: 'SPY', stamps: WEEK }]);
  expect(inventory(root, NOW)).toEqual([
    {
      name: { series: 'stocks/1d/SPY', class: 'stock', instrument: 'SPY', symbol: 'SPY', period: '1d' },
      status: {
        series: 'stocks/1d/SPY',
        instrument: 'SPY',
        symbol: 'SPY',
        period: '1d',
        provider: 'yahoo',
        rows: 5,
        first: '2024-06-03',
        last: '2024-06-07',
        missing: [],
        // From the close of Friday 7 June, 20:00 UTC, to 3 July, 6:00: 25 days and 10 hours.
        ageSeconds: 25 * 86_400 + 10 * 3600,
        checkedSeconds: null,
        sessionsBehind: 0,
        suspect: [],
        revisions: 0,
        state: 'ok',
        // A header of 36 bytes, a line of 26 (its low has one digit), four of 27.
        files: [{ path: 'stocks/1d/SPY.csv', bytes: 36 + 26 + 4 * 27 }],
      },
    },
  ]);
});

it('a hole between covered days is a gap, both its ends in it', async () => {
  const root = temporaryFolder();
  const coverage = [
    ['2024-06-03', '2024-06-04'],
    ['2024-06-07', '2024-06-07'],
  ] as const;
  await putSeries(root, [{ id: 'SPY', stamps: ['2024-06-03', '2024-06-04', '2024-06-07'], coverage }]);
  expect(statusOf(root, 'stocks/1d/SPY')).toMatchObject({ missing: [['2024-06-05', '2024-06-06']], state: 'failed' });
});

it('a weekend between covered days is no gap for a share, but for a coin it is', async () => {
  const root = temporaryFolder();
  const coverage = [
    ['2024-06-03', '2024-06-07'],
    ['2024-06-10', '2024-06-10'],
  ] as const;
  await putSeries(root, [
    { id: 'SPY', stamps: WEEK, coverage },
    { id: 'BTC-USD', stamps: WEEK, coverage },
  ]);
  expect(statusOf(root, 'stocks/1d/SPY')).toMatchObject({ missing: [], state: 'ok' });
  expect(statusOf(root, 'stocks/1d/BTC-USD')).toMatchObject({ missing: [['2024-06-08', '2024-06-09']] });
});

it('a hole in intraday coverage is told as instants, exclusive at the end', async () => {
  const root = temporaryFolder();
  const coverage = [
    ['2024-06-03T13:00:00Z', '2024-06-03T15:00:00Z'],
    ['2024-06-03T17:00:00Z', '2024-06-03T18:00:00Z'],
  ] as const;
  const stamps = ['2024-06-03T13:00:00Z', '2024-06-03T14:00:00Z', '2024-06-03T17:00:00Z'];
  await putSeries(root, [{ class: 'forex', id: 'EURUSD', period: '1h', stamps, coverage }]);
  expect(statusOf(root, 'forex/1h/EURUSD')).toMatchObject({
    first: '2024-06-03T13:00:00Z',
    last: '2024-06-03T17:00:00Z',
    missing: [['2024-06-03T15:00:00Z', '2024-06-03T17:00:00Z']],
  });
});

it('proven empty days are no gap, and a contract proven absent counts as ended', async () => {
  const root = temporaryFolder();
  const absent = { provider: 'yahoo', checked_at: '2024-07-01T00:00:00.000Z' };
  await putSeries(root, [
    { id: 'NONE', stamps: [], coverage: [['2024-06-03', '2024-06-28']], facts: { absent } },
    { id: 'THIN', stamps: ['2024-06-03', '2024-06-28'] },
  ]);
  expect(statusOf(root, 'stocks/1d/NONE')).toMatchObject({ state: 'ended', rows: 0, first: null, files: [] });
  expect(statusOf(root, 'stocks/1d/THIN')).toMatchObject({ state: 'ok', missing: [] });
});

it('a series on an old basis is told before its gaps', async () => {
  const root = temporaryFolder();
  const coverage = [
    ['2024-06-03', '2024-06-03'],
    ['2024-06-07', '2024-06-07'],
  ] as const;
  await putSeries(root, [{ id: 'SPY', stamps: WEEK, coverage, facts: { rebase_pending: true, revisions: 2 } }]);
  expect(statusOf(root, 'stocks/1d/SPY')).toMatchObject({ state: 'rebase-pending', revisions: 2 });
});

it.each<[string, (root: string) => void]>([
  [
    'cut',
    (root) => {
      edit(root, 'stocks/1d/SPY.csv', (text) => text.slice(0, -10));
    },
  ],
  [
    'edited to the same length',
    (root) => {
      edit(root, 'stocks/1d/SPY.csv', (text) => text.replace('2024-06-05,12', '2024-06-05,92'));
      // The file system may be too coarse to tell by itself.
      utimesSync(join(root, 'stocks/1d/SPY.csv'), 1, 1);
    },
  ],
  [
    'gone',
    (root) => {
      rmSync(join(root, 'stocks/1d/SPY.csv'));
    },
  ],
])('a file that is %s: damaged, all of it missing, and nothing is known to be current', async (_, spoil) => {
  const root = temporaryFolder();
  await putSeries(root, [{ id: 'SPY', stamps: WEEK }]);
  spoil(root);
  expect(statusOf(root, 'stocks/1d/SPY')).toMatchObject({
    state: 'damaged',
    rows: 5,
    missing: [['2024-06-03', '2024-06-07']],
    ageSeconds: null,
  });
});

it('one broken format of two is damage, but the bars are still known', async () => {
  const root = temporaryFolder();
  await putSeries(root, [{ id: 'SPY', stamps: WEEK, formats: ['csv', 'parquet'] }]);
  edit(root, 'stocks/1d/SPY.parquet', (text) => text.slice(0, -1));
  expect(statusOf(root, 'stocks/1d/SPY')).toMatchObject({ state: 'damaged', missing: [] });
});

it('a touched file of the same content is whole', async () => {
  const root = temporaryFolder();
  await putSeries(root, [{ id: 'SPY', stamps: WEEK }]);
  utimesSync(join(root, 'stocks/1d/SPY.csv'), 1, 1);
  expect(statusOf(root, 'stocks/1d/SPY').state).toBe('ok');
});

it('a manifest that cannot be read is damage of the series that its place names', async () => {
  const root = temporaryFolder();
  await putSeries(root, [{ id: 'SPY', stamps: WEEK }]);
  writeFileSync(join(root, '.vortex/series/stocks/1d/SPY.json'), '{"schema":1,');
  // The journal of the run is still there and was closed in order: it is not asked.
  expect(statusOf(root, 'stocks/1d/SPY')).toMatchObject({ state: 'damaged', symbol: 'SPY', period: '1d', rows: 0 });
});

it('manifests that a crash left in the journal count', async () => {
  const root = temporaryFolder();
  await putSeries(root, [{ id: 'SPY', stamps: WEEK }]);
  rmSync(join(root, '.vortex/series'), { recursive: true });
  edit(root, '.vortex/journal', (text) => text.replace('{"closed":true}\n', ''));
  expect(statusOf(root, 'stocks/1d/SPY')).toMatchObject({ state: 'ok', rows: 5 });
});
