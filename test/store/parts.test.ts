import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeBars } from '../../src/market/merge.ts';
import { seriesOf } from '../../src/market/series.ts';
import { barsWithin } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { duck } from '../support/duck.ts';
import { dataFiles, identities, temporaryFolder } from '../support/folder.ts';
import { bars, storeOf } from './workspace.ts';

const SERIES = seriesOf({ class: 'stock', id: 'SPY', code: 'SPY' }, undefined, '5m');
const part = (month: string): string => `stocks/5m/SPY_${month}.parquet`;
const at = (text: string): number => Date.parse(text);
// One bar a day is enough to fill months.
const DAYS = bars(121);
const upTo = (day: string): Bars => barsWithin(DAYS, -Infinity, at(day));
const ALL = ['2024-01', '2024-02', '2024-03', '2024-04'].map(part);

/** Works an answer into what the folder knows, as the runner does. @returns what was set aside */
async function store(root: string, answer: Bars, range: readonly [string, string], run = 'run-1') {
  const folder = storeOf(root, run);
  await folder.recover();
  const known = folder.read(SERIES);
  const coverage = [...known.stored.coverage.map(({ from, to }) => [iso(from), iso(to)] as [string, string])];
  const committed = await folder.commit({
    series: SERIES,
    known,
    bars: mergeBars(await folder.loadBars(known), answer).bars,
    formats: ['parquet'],
    facts: { provider: 'yahoo', coverage: [...coverage, [...range]], revisions: 0 },
  });
  await folder.close();
  return committed.quarantined;
}

const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
const known = (root: string): [string, string][] =>
  storeOf(root)
    .read(SERIES)
    .stored.coverage.map(({ from, to }) => [iso(from), iso(to)]);
const rowsOf = async (root: string): Promise<unknown> =>
  Number((await duck(`SELECT count(DISTINCT "Datetime") FROM '${root}/stocks/5m/*.parquet'`))[0]?.[0]);

async function fourMonths(): Promise<string> {
  const root = temporaryFolder();
  await store(root, DAYS, ['2024-01-01T00:00:00Z', '2024-05-01T00:00:00Z']);
  return root;
}

describe('a series in monthly parts', () => {
  it('that grows rewrites its last part only, and begins a new one with a new month', async () => {
    const root = temporaryFolder();
    await store(root, upTo('2024-03-10'), ['2024-01-01T00:00:00Z', '2024-03-10T00:00:00Z']);
    const before = identities(root);
    await store(root, upTo('2024-04-02'), ['2024-03-10T00:00:00Z', '2024-04-02T00:00:00Z'], 'run-2');
    const after = identities(root);
    expect(dataFiles(root)).toEqual(ALL);
    for (const month of ['2024-01', '2024-02']) expect(after[part(month)]).toBe(before[part(month)]);
    expect(after[part('2024-03')]).not.toBe(before[part('2024-03')]);
    // 31 + 29 + 31 + 1 days.
    expect([await rowsOf(root), storeOf(root).read(SERIES).stored.rows]).toEqual([92, 92]);
  });

  it('of which one part is gone does not know that month, and keeps all the others', async () => {
    const root = await fourMonths();
    rmSync(join(root, part('2024-02')));
    expect(known(root)).toEqual([
      ['2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z'],
      ['2024-03-01T00:00:00Z', '2024-05-01T00:00:00Z'],
    ]);
    // The source goes back to the middle of the lost month.
    const answer = barsWithin(DAYS, at('2024-02-15'), at('2024-03-01'));
    const before = identities(root);
    expect(await store(root, answer, ['2024-02-15T00:00:00Z', '2024-03-01T00:00:00Z'], 'run-2')).toEqual([]);
    const { [part('2024-02')]: made, ...others } = identities(root);
    expect([others, typeof made]).toEqual([before, 'string']);
    expect(await rowsOf(root)).toBe(121 - 14);
    expect(known(root)).toEqual([
      ['2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z'],
      ['2024-02-15T00:00:00Z', '2024-05-01T00:00:00Z'],
    ]);
  });

  it('of which one part was edited sets that one aside and keeps all the others', async () => {
    const root = await fourMonths();
    const path = join(root, part('2024-04'));
    const edited = readFileSync(path);
    edited[10] = (edited[10] ?? 0) ^ 1;
    writeFileSync(path, edited);
    expect(known(root)).toEqual([['2024-01-01T00:00:00Z', '2024-04-01T00:00:00Z']]);
    const answer = barsWithin(DAYS, at('2024-04-20'), at('2024-05-01'));
    const aside = await store(root, answer, ['2024-04-20T00:00:00Z', '2024-05-01T00:00:00Z'], 'run-2');
    expect(aside).toEqual([part('2024-04')]);
    expect(readFileSync(join(root, '.vortex/quarantine/run-2', part('2024-04'))).equals(edited)).toBe(true);
    expect(await rowsOf(root)).toBe(31 + 29 + 31 + 11);
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  it('of which all parts are gone is unknown, and stays with its provider', async () => {
    const root = await fourMonths();
    for (const path of ALL) rmSync(join(root, path));
    expect(storeOf(root).read(SERIES).stored).toMatchObject({ provider: 'yahoo', coverage: [], rows: 0, tail: [] });
    expect(existsSync(join(root, part('2024-01')))).toBe(false);
  });
});
