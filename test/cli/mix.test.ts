import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it, vi } from 'vitest';
import { z } from 'zod';
import { contents, csvRows, identities, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import type { Cleanup, StandIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const LATER = '2024-07-10T06:00:00Z';
const AFTER = '2024-07-12T06:00:00Z';
const GOLD = 'futures/1d/GOLD/GOLD_20240800';
const MIX = { VORTEX_FAILOVER_MIX: 'true' };
const WISH = ['GCQ24', '--start', '2024-05-01', '-p', 'barchart,yahoo'];

vi.setConfig({ maxConcurrency: 4, testTimeout: 90_000 });

beforeAll(() => {
  programPath();
});

const inventory = z.object({
  series: z.array(
    z.object({
      series: z.string(),
      provider: z.string(),
      revisions: z.number(),
      mixed: z.array(z.object({ provider: z.string(), from: z.string(), to: z.string() })).optional(),
    }),
  ),
});

interface Folder {
  readonly cwd: string;
  readonly sandbox: StandIn;
  readonly run: (command: string, now: string, env?: Record<string, string>) => ReturnType<typeof vortex>;
  readonly status: (now: string) => Promise<z.infer<typeof inventory>['series'][number] | undefined>;
}

/** A folder with a contract that was fetched from Barchart. */
async function keptFromBarchart(context: Cleanup & Parameters<typeof temporaryFolder>[0]): Promise<Folder> {
  const cwd = temporaryFolder(context);
  const sandbox = await standIn(NOW, '', context);
  const run: Folder['run'] = (command, now, env = MIX) =>
    vortex([...command.split(' '), '--json', '--now', now], { cwd, env: { ...sandbox.env, ...env } });
  const status: Folder['status'] = async (now) =>
    inventory.parse(JSON.parse((await run('status', now)).stdout)).series[0];
  const first = await run(['download', ...WISH].join(' '), NOW);
  if (first.code !== 0) throw new Error(first.stderr);
  return { cwd, sandbox, run, status };
}

const download = ['download', ...WISH].join(' ');

async function closes(sandbox: StandIn, from: string, to: string): Promise<[string, number][]> {
  const bars = await sandbox.truth(`future/GCQ24?period=1d&from=${from}&to=${to}`);
  return bars.map(({ time, close }) => [time, close]);
}

const closesOf = (cwd: string): [string, number][] =>
  csvRows(join(cwd, `data/${GOLD}.csv`)).map((row) => [row['Datetime'] ?? '', Number(row['Close'])]);

describe.concurrent('a series whose provider is away', () => {
  it('waits, with the reason, unless failover.mix is true', async (context) => {
    const { cwd, sandbox, run } = await keptFromBarchart(context);
    const before = contents(join(cwd, 'data/futures'));
    await sandbox.change({ now: LATER, faults: 'barchart:wall' });
    const { code, stdout } = await run(download, LATER, {});
    context.expect(code).toBe(4);
    context
      .expect(resultOf(readReport(stdout), GOLD))
      .toMatchObject({ outcome: 'postponed', error: { code: 'bot-wall' } });
    context.expect(contents(join(cwd, 'data/futures'))).toEqual(before);
  });

  it('gets what is missing from the next one, said on stderr, in the report and by status', async (context) => {
    const { cwd, sandbox, run, status } = await keptFromBarchart(context);
    const before = closesOf(cwd);
    await sandbox.change({ now: LATER, faults: 'barchart:wall' });
    const { code, stdout, stderr } = await run(download, LATER);
    context.expect(code, stderr).toBe(0);
    context
      .expect(stderr)
      .toMatch(/kept from barchart is \(failover\.mix\) asked of yahoo in place of barchart: .*check/);
    context.expect(stderr).toContain(`${GOLD}, which is kept from barchart: 5 bars of yahoo are mixed in`);
    const result = resultOf(readReport(stdout), GOLD);
    context.expect(result).toMatchObject({ provider: 'barchart', mixedFrom: 'yahoo', added: 5, revised: 0 });
    const truth = await closes(sandbox, '2024-05-01', '2024-07-10');
    context.expect(closesOf(cwd)).toEqual(truth);
    context.expect(closesOf(cwd).slice(0, before.length)).toEqual(before);
    const mixed = [{ provider: 'yahoo', from: '2024-07-03', to: '2024-07-09' }];
    context.expect(await status(LATER)).toMatchObject({ provider: 'barchart', mixed, revisions: 0 });
    const table = await vortex(['status', '--now', LATER], { cwd });
    context.expect(table.stdout).toContain('barchart+yahoo');
    const files = identities(join(cwd, 'data/futures'));
    const again = await run(download, LATER);
    context.expect(again.code, again.stderr).toBe(0);
    context.expect(resultOf(readReport(again.stdout), GOLD)).toMatchObject({ outcome: 'unchanged', added: 0 });
    context
      .expect(again.stderr)
      .toContain('bars that were mixed into series of barchart stay as they are: barchart served');
    context.expect(identities(join(cwd, 'data/futures'))).toEqual(files);
    const audit = await run('verify', LATER);
    context.expect(audit.code, audit.stdout).toBe(0);
    context.expect(audit.stdout).toContain('2024-07-03 to 2024-07-09 is by the word of yahoo');
  });

  it('is asked again of its own provider when that is back: the file is that of an undisturbed folder, nothing counts as revised', async (context) => {
    const { cwd, sandbox, run, status } = await keptFromBarchart(context);
    await sandbox.change({ now: LATER, faults: 'barchart:wall;yahoo:revise' });
    await run(download, LATER);
    const other = contents(join(cwd, 'data/futures'));
    await sandbox.change({ now: AFTER, faults: '' });
    const plan = z.object({ jobs: z.array(z.object({ provider: z.string(), from: z.string(), reason: z.string() })) });
    const planned = plan.parse(JSON.parse((await run(['plan', ...WISH].join(' '), AFTER)).stdout)).jobs;
    context.expect(planned).toMatchObject([{ provider: 'barchart', reason: 'update' }]);
    const back = await run(download, AFTER);
    context.expect(back.code, back.stderr).toBe(0);
    context
      .expect(resultOf(readReport(back.stdout), GOLD))
      .toMatchObject({ provider: 'barchart', added: 2, revised: 0 });
    context.expect(await status(AFTER)).toMatchObject({ provider: 'barchart', revisions: 0 });
    context.expect((await status(AFTER))?.mixed).toBeUndefined();
    const fresh = await run(`${download} -o fresh`, AFTER);
    context.expect(fresh.code).toBe(0);
    context.expect(contents(join(cwd, 'data/futures'))).toEqual(contents(join(cwd, 'fresh/futures')));
    context.expect(contents(join(cwd, 'data/futures'))).not.toEqual(other);
    const log = readFileSync(join(cwd, `data/.vortex/revisions/${GOLD}.csv`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1);
    context.expect(log.length).toBeGreaterThan(0);
    context.expect(new Set(log.map((line) => line.split(',')[3]))).toEqual(new Set(['replaced']));

    const before = identities(join(cwd, 'data/futures'));
    const again = await run(download, AFTER);
    context.expect(resultOf(readReport(again.stdout), GOLD).outcome).toBe('unchanged');
    context.expect(identities(join(cwd, 'data/futures'))).toEqual(before);
  });

  it('is fetched anew as a whole when its provider comes back on another basis', async (context) => {
    const { cwd, sandbox, run, status } = await keptFromBarchart(context);
    await sandbox.change({ now: LATER, faults: 'barchart:wall' });
    await run(download, LATER);
    await sandbox.change({ now: AFTER, faults: 'barchart:rebase@2' });
    const back = await run(download, AFTER);
    context.expect(back.code, back.stderr).toBe(0);
    context.expect(await status(AFTER)).toMatchObject({ provider: 'barchart', revisions: 1 });
    context.expect((await status(AFTER))?.mixed).toBeUndefined();
    await run(`${download} -o fresh`, AFTER);
    context.expect(contents(join(cwd, 'data/futures'))).toEqual(contents(join(cwd, 'fresh/futures')));
  });

  it('gets nothing where the prices do not agree, and waits with both reasons', async (context) => {
    const { cwd, sandbox, run } = await keptFromBarchart(context);
    const before = contents(join(cwd, 'data/futures'));
    for (const [faults, why] of [
      ['yahoo:rebase@0.01', 'its prices are 100 times the stored ones'],
      ['yahoo:rebase@1.006', 'its prices are 0.994 times the stored ones'],
      ['yahoo:429', '429'],
    ] as const) {
      await sandbox.change({ now: LATER, faults: `barchart:wall;${faults}` });
      const { code, stdout, stderr } = await run(download, LATER);
      context.expect(code, stderr).toBe(4);
      const { outcome, error } = resultOf(readReport(stdout), GOLD);
      context.expect([outcome, error?.code]).toEqual(['postponed', 'bot-wall']);
      context.expect(error?.message).toContain(why);
      context.expect(contents(join(cwd, 'data/futures'))).toEqual(before);
    }
  });

  it('can be made again from the answers of both, and as of the day in between', async (context) => {
    const { cwd, sandbox, run } = await keptFromBarchart(context);
    await sandbox.change({ now: LATER, faults: 'barchart:wall;yahoo:revise' });
    await run(download, LATER);
    const mixed = contents(join(cwd, 'data/futures'));
    const lost = join(cwd, `data/${GOLD}.csv`);
    rmSync(lost);
    context.expect(JSON.parse((await run('rebuild', LATER)).stdout)).toMatchObject({ rebuilt: 1, refused: [] });
    context.expect(contents(join(cwd, 'data/futures'))).toEqual(mixed);
    await sandbox.change({ now: AFTER, faults: '' });
    await run(download, AFTER);
    const whole = contents(join(cwd, 'data/futures'));
    rmSync(lost);
    context.expect(JSON.parse((await run('rebuild', AFTER)).stdout)).toMatchObject({ rebuilt: 1, refused: [] });
    context.expect(contents(join(cwd, 'data/futures'))).toEqual(whole);
    context.expect((await run('rebuild --as-of 2024-07-10 --to then', AFTER)).code).toBe(0);
    context.expect(contents(join(cwd, 'then/futures'))).toEqual(mixed);
  });

  it('whose days end elsewhere gets nothing', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const env = { ...sandbox.env, ...MIX };
    const run = (args: string, now: string) => vortex([...args.split(' '), '--json', '--now', now], { cwd, env });
    const pair = 'download EURUSD -p barchart,yahoo --start 2024-05-01';
    context.expect((await run(pair, NOW)).code).toBe(0);
    const before = contents(join(cwd, 'data'));
    await sandbox.change({ now: LATER, faults: 'barchart:wall' });
    const { code, stdout, stderr } = await run(pair, LATER);
    context.expect(code, stderr).toBe(4);
    context.expect(stderr).not.toContain('are mixed in');
    const [result] = readReport(stdout).results;
    context.expect(result?.outcome).toBe('postponed');
    context
      .expect(result?.error?.message)
      .toContain(
        "bars of yahoo are not mixed into those of barchart: its day ends at midnight of Europe/London, that of the stored bars at exchange",
      );
    context.expect(contents(join(cwd, 'data'))).toMatchObject(before);
  });

  it('that has expired where it is kept is gone on with elsewhere, by its own plan', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn('2024-04-02T06:00:00Z', '', context);
    const env = { ...sandbox.env, ...MIX };
    const run = (args: string, now: string) => vortex([...args.split(' '), '--json', '--now', now], { cwd, env });
    const wish = 'GCJ24 -p yahoo,barchart --start 2024-01-02';
    context.expect((await run(`download ${wish}`, '2024-04-02T06:00:00Z')).code).toBe(0);
    await sandbox.change({ now: LATER });
    const plan = await run(`plan ${wish}`, LATER);
    context
      .expect(JSON.parse(plan.stdout))
      .toMatchObject({ jobs: [{ provider: 'barchart', reason: 'mix', allowance: 1 }] });
    const { code, stdout, stderr } = await run(`download ${wish}`, LATER);
    context.expect(code, stderr).toBe(0);
    const key = 'futures/1d/GOLD/GOLD_20240400';
    context.expect(resultOf(readReport(stdout), key)).toMatchObject({ provider: 'yahoo', mixedFrom: 'barchart' });
    const truth = await sandbox.truth('future/GCJ24?period=1d&from=2024-01-02&to=2024-05-01');
    context
      .expect(csvRows(join(cwd, `data/${key}.csv`)).map((row) => row['Datetime']))
      .toEqual(truth.map(({ time }) => time));
    const again = await run(`download ${wish}`, LATER);
    context.expect(readReport(again.stdout)).toMatchObject({ exitCode: 0, requests: 0 });
  });
});
