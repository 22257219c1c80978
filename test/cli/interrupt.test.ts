import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { contents, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { start, vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const ARGS = ['download', 'SPY', 'KO', 'MSFT', 'BTC-USD', '--start', '2024-01-02', '--format', 'csv,parquet'].concat([
  '-p',
  'yahoo',
  '--json',
  '--concurrency',
  '1',
  '--now',
  NOW,
]);
const PATIENCE = { timeout: 10_000, interval: 20 };

const asked = (sandbox: StandIn, count: number): Promise<void> =>
  vi.waitFor(async () => {
    expect(await sandbox.requests()).toBeGreaterThanOrEqual(count);
  }, PATIENCE);

const leftovers = (cwd: string): string[] => everythingIn(cwd).filter((path) => /\.tmp$|\/lock/.test(path));

describe('a run that is told to stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s in the middle: exit %i at once, what is finished is kept, the next run does the rest',
    async (signal, exitCode) => {
      const cwd = temporaryFolder();
      const sandbox = await standIn(NOW, 'yahoo:after=2@stall');
      const run = start([...ARGS, '-o', 'out'], { cwd, env: sandbox.env });
      await asked(sandbox, 3);
      await run.seen('stderr', /stocks\/1d\/KO updated/);
      const told = performance.now();
      run.child.kill(signal);
      const { code, stdout } = await run.ended;
      expect(code).toBe(exitCode);
      // Far less than the 20 s after which a silent server is given up.
      expect(performance.now() - told).toBeLessThan(5_000);
      const report = readReport(stdout);
      expect(report).toMatchObject({
        status: 'interrupted',
        exitCode,
        series: { updated: 2, postponed: 2, failed: 0 },
      });
      expect(dataFiles(join(cwd, 'out'))).toEqual(
        ['KO.csv', 'KO.parquet', 'SPY.csv', 'SPY.parquet'].map((name) => `stocks/1d/${name}`),
      );
      expect(leftovers(cwd)).toEqual([]);

      await sandbox.change({ faults: '' });
      const before = await sandbox.requests();
      const rest = await vortex([...ARGS, '-o', 'out'], { cwd, env: sandbox.env });
      expect(rest.code).toBe(0);
      expect(readReport(rest.stdout).series).toMatchObject({ updated: 2, unchanged: 2 });
      expect((await sandbox.requests()) - before).toBe(2);
      await vortex([...ARGS, '-o', 'undisturbed'], { cwd, env: sandbox.env });
      expect(contents(join(cwd, 'out'))).toEqual(contents(join(cwd, 'undisturbed')));
    },
  );

  it('a second signal ends it without waiting', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, 'yahoo:stall');
    const run = start(ARGS, { cwd, env: sandbox.env });
    await asked(sandbox, 1);
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
  });

  it('while it waits between two tries it stops as well', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, 'yahoo:429=1@20');
    const run = start(ARGS, { cwd, env: sandbox.env });
    await asked(sandbox, 1);
    const told = performance.now();
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(143);
    expect(performance.now() - told).toBeLessThan(5_000);
    expect(leftovers(cwd)).toEqual([]);
  });
});

describe('two runs on one folder', () => {
  it('the second ends with 6, says who holds it, and leaves everything alone', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, 'yahoo:after=1@stall');
    const first = start(ARGS, { cwd, env: sandbox.env });
    await asked(sandbox, 2);
    await first.seen('stderr', /stocks\/1d\/SPY updated/);
    const before = everythingIn(cwd);
    const second = await vortex(ARGS, { cwd, env: sandbox.env });
    expect(second.code).toBe(6);
    expect(second.stdout).toBe('');
    expect(second.stderr).toContain(`pid ${first.child.pid ?? 0}`);
    expect(second.stderr).toContain(join(cwd, 'data'));
    expect(everythingIn(cwd)).toEqual(before);
    expect(await sandbox.requests()).toBe(2);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(143);
  });

  it('a run that was killed outright holds nothing: the next one takes over at once and cleans up', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, 'yahoo:after=1@stall');
    const killed = start([...ARGS, '-o', 'out'], { cwd, env: sandbox.env });
    await asked(sandbox, 2);
    await killed.seen('stderr', /stocks\/1d\/SPY updated/);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(leftovers(cwd)).toEqual(['out/.vortex/lock']);
    await sandbox.change({ faults: '' });
    const { code, stdout } = await vortex([...ARGS, '-o', 'out'], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(readReport(stdout).series).toMatchObject({ updated: 3, unchanged: 1 });
    expect(leftovers(cwd)).toEqual([]);
    await vortex([...ARGS, '-o', 'undisturbed'], { cwd, env: sandbox.env });
    expect(contents(join(cwd, 'out'))).toEqual(contents(join(cwd, 'undisturbed')));
  });

  it('runs on two folders do not know of each other', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const both = await Promise.all(['a', 'b'].map((out) => vortex([...ARGS, '-o', out], { cwd, env: sandbox.env })));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(contents(join(cwd, 'a'))).toEqual(contents(join(cwd, 'b')));
  });
});
