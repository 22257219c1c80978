import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { contents, everythingIn, temporaryFolder } from '../support/folder.ts';
import { HEADER, put } from '../support/foreign.ts';
import { programPath, start, vortex } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import type { Cleanup, StandIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const LATER = '2024-07-08T06:00:00Z';
const STOCKS = ['SPY', 'QQQ', 'KO', 'AAPL', 'MSFT', 'BRK-B'];
const WISH = ['GOLD', 'AUD', ...STOCKS, 'EURUSD', '--start', '2024-01-02'];
/** Instruments of the stand-in. */
const MARKETS =
  '{"futures":{"GOLD":{"code":"GC","cycle":"GJMQVZ","days_count":365},"AUD":{"code":"A6","cycle":"HMUZ","days_count":365}}}';
const plans = z.object({
  jobs: z.array(z.object({ series: z.string() })),
  totals: z.object({ requests: z.number(), seconds: z.number() }),
});

vi.setConfig({ maxConcurrency: 3, testTimeout: 120_000 });

beforeAll(() => {
  programPath();
});

interface Place {
  readonly cwd: string;
  readonly sandbox: StandIn;
}

async function place(context: Cleanup): Promise<Place> {
  const cwd = temporaryFolder(context);
  writeFileSync(join(cwd, 'markets.json'), MARKETS);
  return { cwd, sandbox: await standIn(NOW, '', context) };
}

const download = ({ cwd, sandbox }: Place, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  vortex(['download', '--config', 'markets.json', '--json', ...args], { cwd, env: { ...sandbox.env, ...env } });

/** All shards of a run at the same time, as the tasks of an Indexed Job. */
async function shards(at: Place, count: number, args: readonly string[], env: Record<string, string> = {}) {
  const ended = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      download(at, args, {
        ...env,
        VORTEX_SHARD: 'auto',
        VORTEX_SHARD_COUNT: String(count),
        JOB_COMPLETION_INDEX: String(index),
      }),
    ),
  );
  return ended.map(({ code, stdout, stderr }) => {
    if (stdout === '') throw new Error(stderr);
    return { code, report: readReport(stdout) };
  });
}

const namesOf = (reports: readonly Report[]): string[] =>
  reports.flatMap(({ results }) => results.map(({ series }) => series)).sort();

const totalOf = (reports: readonly Report[], part: 'series' | 'bars'): Record<string, number> => {
  const total: Record<string, number> = {};
  for (const report of reports)
    for (const [name, value] of Object.entries(report[part])) total[name] = (total[name] ?? 0) + value;
  return total;
};

/** What the raw archive says that it weighs, and what it weighs. */
function archiveOf(root: string): [unknown, number] {
  const folder = join(root, '.vortex/raw');
  const items = everythingIn(folder).filter((path) => /\.(?:items\.gz|index)$/.test(path));
  const { days, ...marks } = z
    .looseObject({ days: z.record(z.string(), z.number()) })
    .parse(JSON.parse(readFileSync(join(folder, 'sizes.json'), 'utf8')));
  const weight = items.reduce((sum, path) => sum + readFileSync(join(folder, path)).length, 0);
  expect(marks).toEqual({ schema: 1 });
  return [Object.values(days).reduce((sum, bytes) => sum + bytes, 0), weight];
}

describe.concurrent('shards on one folder', () => {
  it('bring every series once and none twice, and all together what one process brings', async (context) => {
    const at = await place(context);
    const one = readReport((await download(at, [...WISH, '--now', NOW, '-o', 'one'])).stdout);
    const asked = await at.sandbox.requests();
    const parts = await shards(at, 3, [...WISH, '--now', NOW, '-o', 'parts']);
    const reports = parts.map(({ report }) => report);
    context.expect(parts.map(({ code }) => code)).toEqual([0, 0, 0]);
    context.expect(reports.map(({ shard }) => shard)).toEqual(['0/3', '1/3', '2/3']);
    for (const { results } of reports) context.expect(results.length).toBeGreaterThan(0);
    context.expect(namesOf(reports)).toEqual(namesOf([one]));
    context.expect(totalOf(reports, 'series')).toEqual(one.series);
    context.expect(totalOf(reports, 'bars')).toEqual(one.bars);
    context.expect(reports.reduce((sum, { requests }) => sum + requests, 0)).toBe(one.requests);
    context.expect((await at.sandbox.requests()) - asked).toBe(asked);
    context.expect(contents(join(at.cwd, 'parts'))).toEqual(contents(join(at.cwd, 'one')));

    await at.sandbox.change({ now: LATER });
    const next = readReport((await download(at, [...WISH, '--now', LATER, '-o', 'one'])).stdout);
    const more = (await shards(at, 3, [...WISH, '--now', LATER, '-o', 'parts'])).map(({ report }) => report);
    context.expect(totalOf(more, 'bars')).toEqual(next.bars);
    context.expect(contents(join(at.cwd, 'parts'))).toEqual(contents(join(at.cwd, 'one')));
    const [told, weight] = archiveOf(join(at.cwd, 'parts'));
    context.expect(told).toBe(weight);
    context.expect(everythingIn(join(at.cwd, 'parts')).filter((path) => /\.tmp$|lock/.test(path))).toEqual([]);
    context.expect(everythingIn(join(at.cwd, 'parts/.vortex/runs'))).toHaveLength(6);
    const { cwd } = at;
    context.expect((await vortex(['verify', '-o', 'parts', '--now', LATER], { cwd })).code).toBe(0);
    const { stdout } = await vortex(['rebuild', '-o', 'parts', '--json', '--now', LATER], { cwd });
    context.expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0, refused: [] });
  });

  it('ask no more downloads than the allowance of all, however often and in how many parts they run that day', async (context) => {
    const at = await place(context);
    const env = { VORTEX_BARCHART_ALLOWANCE: '7' };
    const args = ['GOLD', 'AUD', '--start', '2020-01-01', '--end', '2023-01-10', '-p', 'barchart', '--now', NOW];
    const downloads = async () => (await at.sandbox.counts('barchart'))['downloads'] ?? 0;
    const parts = await shards(at, 3, args, env);
    context.expect(parts.map(({ code }) => code)).toEqual([5, 5, 5]);
    context
      .expect(parts.map(({ report }) => report.allowance['barchart']))
      .toEqual([3, 2, 2].map((share) => ({ used: share, limit: share })));
    context.expect(totalOf(parts.map(({ report }) => report), 'series')['updated']).toBe(7); // prettier-ignore
    context.expect(await downloads()).toBe(7);
    await shards(at, 3, args, env);
    await shards(at, 2, args, env);
    const { code, stdout } = await download(at, args, env);
    context.expect(code).toBe(5);
    context.expect(readReport(stdout).allowance['barchart']).toEqual({ used: 7, limit: 7 });
    context.expect(await downloads()).toBe(7);
  });

  it('go at the pace of one process, all together', async (context) => {
    const { cwd } = await place(context);
    const env = { VORTEX_YAHOO_PACE_MS: '60000' };
    const args = ['plan', '--config', 'markets.json', '--json', ...WISH, '--now', NOW];
    const planned = async (shard: string) =>
      plans.parse(JSON.parse((await vortex([...args, ...shard.split(' ')], { cwd, env })).stdout));
    const all = await planned('-p yahoo');
    const parts = await Promise.all([0, 1, 2, 3].map((index) => planned(`--shard ${index}/4`)));
    context.expect(all.totals.seconds).toBe(all.totals.requests * 60);
    for (const { totals } of parts) context.expect(totals.seconds).toBe(totals.requests * 240);
    const names = (plan: typeof all) => plan.jobs.map(({ series }) => series);
    context.expect(parts.flatMap(names).sort()).toEqual(names(all).sort());
  });

  it('exclude themselves, shards of another number and every run on its own, and the reverse', async (context) => {
    const at = await place(context);
    const { cwd, sandbox } = at;
    // So slow that it is at work until it is killed.
    const slow = { cwd, env: { ...sandbox.env, VORTEX_YAHOO_PACE_MS: '3600000' } };
    const args = ['download', ...STOCKS, '--start', '2024-01-02', '--now', NOW];
    const first = start([...args, '--shard', '0/2'], slow);
    context.onTestFinished(() => void first.child.kill('SIGKILL'));
    await first.seen('stderr', /updated/);
    put(cwd, { 'Day_GOLD_20240400.csv': `${HEADER}2024-01-02,1,2,1,2,3\n` });
    const codeOf = async (...words: string[]) => (await vortex(words, { cwd, env: sandbox.env })).code;
    const refusal = await vortex(args, { cwd, env: sandbox.env });
    context.expect(refusal.code).toBe(6);
    context.expect(refusal.stderr).toMatch(/^vortex: shard 0\/2, run \S+-0of2 \(pid \d+ on .*is working on .*data/m);
    context.expect(await codeOf(...args, '--shard', '0/2')).toBe(6);
    context.expect(await codeOf(...args, '--shard', '2/3')).toBe(6);
    context.expect(await codeOf('rebuild')).toBe(6);
    context.expect(await codeOf('verify', '--repair')).toBe(6);
    context.expect(await codeOf('import', 'old')).toBe(6);
    context.expect(await codeOf('status')).toBe(0);
    context.expect(await codeOf(...args, '--shard', '1/2')).toBe(0);

    first.child.kill('SIGKILL');
    await first.ended;
    context.expect(await codeOf(...args, '--shard', '0/2')).toBe(0);
    context.expect(await codeOf(...args, '-o', 'one')).toBe(0);
    context.expect(contents(join(cwd, 'data'))).toEqual(contents(join(cwd, 'one')));

    const alone = start([...args, '-o', 'alone'], slow);
    context.onTestFinished(() => void alone.child.kill('SIGKILL'));
    await alone.seen('stderr', /updated/);
    const kept = await vortex([...args, '-o', 'alone', '--shard', '0/2'], { cwd, env: sandbox.env });
    context.expect(kept.code).toBe(6);
    context.expect(kept.stderr).toMatch(/^vortex: run \S+ \(pid .*is working on .*alone/m);
    alone.child.kill('SIGKILL');
    await alone.ended;
    const both = [0, 1].map((index) => codeOf(...args, '-o', 'alone', '--shard', `${index}/2`));
    context.expect(await Promise.all(both)).toEqual([0, 0]);
    context.expect(contents(join(cwd, 'alone'))).toEqual(contents(join(cwd, 'one')));
  });

  it.each(['3/3', '-1/4', '1/0', 'a/b', '1', 'auto'])(
    '--shard %s is refused before anything is asked or written',
    async (shard) => {
      const cwd = temporaryFolder();
      const { code, stderr, stdout } = await vortex(['download', 'SPY', '--shard', shard], { cwd });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^vortex: .*shard.*\n$/);
      expect(existsSync(join(cwd, 'data'))).toBe(false);
    },
  );
});
