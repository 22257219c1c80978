import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { contents, dataFiles, everythingIn } from '../support/folder.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import { docker, dockerText, image, mountFolder, startImage } from './container.ts';

const NOW = '2024-07-03T06:00:00Z';
const WISH = ['--start', '2024-06-03', '--now', NOW, '--json'];
const FOUR = ['download', 'SPY', 'KO', 'MSFT', 'BTC-USD', '--concurrency', '1', '--format', 'csv,parquet', ...WISH];
const PATIENCE = { timeout: 20_000, interval: 50 };

/** A run of the four that waits for an answer after so many, with all before it stored; `stored` is the last of them. */
async function stalledAfter(answers: number, stored: string) {
  const data = mountFolder();
  const sandbox = await standIn(NOW, `yahoo:after=${answers}@stall`);
  const run = await startImage({ args: FOUR, data, env: sandbox.env });
  await vi.waitFor(async () => {
    expect(await sandbox.requests()).toBeGreaterThan(answers);
    expect(await run.logs()).toContain(`${stored} updated`);
  }, PATIENCE);
  return { data, sandbox, run };
}

const leftovers = (data: string): string[] => everythingIn(data).filter((path) => /\.tmp$|\/lock/.test(path));

describe('the exit code of the container', () => {
  it.each([
    [0, 'all is up to date', ['download', 'SPY', ...WISH], ''],
    [2, 'wrong usage', ['download', 'SPY', '--period', '7m', ...WISH], ''],
    [3, 'a symbol that nobody knows', ['download', 'stock:XYZQ', ...WISH], ''],
    [3, 'an outage', ['download', 'SPY', ...WISH], 'yahoo:500=1'],
    [4, 'a wrong password', ['download', 'GCQ24', '-p', 'barchart', ...WISH], ''],
    [5, 'an allowance that is used up', ['download', 'GCQ24', 'GCV24', '-p', 'barchart', ...WISH], 'barchart:quota=1'],
  ] as const)('%i: %s', async (exitCode, _, args, faults) => {
    const data = mountFolder();
    const sandbox = await standIn(NOW, faults);
    const password = exitCode === 4 ? { VORTEX_BARCHART_PASSWORD: 'wrong' } : {};
    const { code, stderr } = await image({ args, data, env: { ...sandbox.env, ...password } });
    expect(code).toBe(exitCode);
    if (exitCode !== 0) expect(stderr).not.toBe('');
  });

  it('6: another container works on the folder, which is said; its work is not touched', async () => {
    const { data, sandbox, run: first } = await stalledAfter(1, 'stocks/1d/SPY');
    const before = contents(data);
    const second = await image({ args: FOUR, data, env: sandbox.env });
    expect(second).toMatchObject({ code: 6, stdout: '' });
    expect(second.stderr).toContain('is working on /data');
    expect(contents(data)).toEqual(before);
    await docker('stop', first.name);
    expect(await first.ended()).toBe(143);
  });

  it.each([
    ['SIGTERM', 143, ['stop', '--time', '20']],
    ['SIGINT', 130, ['kill', '--signal', 'INT']],
  ] as const)(
    '%s in the middle: %i within seconds, no torn file, the next run does the rest',
    async (_, exitCode, verb) => {
      const { data, sandbox, run } = await stalledAfter(2, 'stocks/1d/KO');
      const told = performance.now();
      await dockerText(...verb, run.name);
      expect(await run.ended()).toBe(exitCode);
      // Docker kills outright (137) after 20 s.
      expect(performance.now() - told).toBeLessThan(10_000);
      expect(leftovers(data)).toEqual([]);
      expect(dataFiles(data).filter((path) => path.endsWith('.csv'))).toEqual([
        'stocks/1d/KO.csv',
        'stocks/1d/SPY.csv',
      ]);
      const audit = await image({ args: ['verify', '--json', '--now', NOW], data, network: 'none' });
      expect(audit.code).toBe(0);
      expect(JSON.parse(audit.stdout)).toMatchObject({ checked: 2, findings: [] });

      await sandbox.change({ faults: '' });
      const rest = await image({ args: FOUR, data, env: sandbox.env });
      expect(rest.code).toBe(0);
      expect(readReport(rest.stdout).series).toMatchObject({ updated: 2, unchanged: 2 });
      const undisturbed = mountFolder();
      await image({ args: FOUR, data: undisturbed, env: sandbox.env });
      expect(contents(data)).toEqual(contents(undisturbed));
    },
  );

  it('137: killed outright, nothing is torn; once its lock is a minute old the next run takes over and does the rest', async () => {
    const { data, sandbox, run } = await stalledAfter(2, 'stocks/1d/KO');
    await docker('kill', run.name);
    expect(await run.ended()).toBe(137);
    expect((await image({ args: ['verify', '--now', NOW], data, network: 'none' })).code).toBe(0);

    await sandbox.change({ faults: '' });
    const longAgo = new Date(2024, 0, 1);
    utimesSync(join(data, '.vortex/lock'), longAgo, longAgo);
    const rest = await image({ args: FOUR, data, env: sandbox.env });
    expect(rest.code).toBe(0);
    expect(readReport(rest.stdout).series).toMatchObject({ failed: 0, postponed: 0 });
    expect(leftovers(data)).toEqual([]);
  });
});
