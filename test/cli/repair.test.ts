import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contents, everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';
import { edit, putSeries } from '../support/stored.ts';

const NOW = '2024-07-03T06:00:00Z';

interface Scene {
  readonly data: string;
  readonly sandbox: StandIn;
  /** The data files as the download left them. */
  readonly good: Record<string, string>;
  readonly repair: (now?: string, ...more: string[]) => Promise<Ended>;
  readonly verify: () => Promise<Ended>;
  /** What was set aside by any run, below the folder of that run. */
  readonly setAside: () => string[];
}

async function scene(...wish: string[]): Promise<Scene> {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const { env } = sandbox;
  await vortex(['download', ...wish, '--now', NOW], { cwd, env });
  const data = join(cwd, 'data');
  return {
    data,
    sandbox,
    good: contents(data),
    repair: (now = NOW, ...more) => vortex(['verify', '--repair', '--now', now, ...more], { cwd, env }),
    verify: () => vortex(['verify', '--now', NOW], { cwd }),
    setAside: () =>
      everythingIn(data)
        .filter((path) => path.startsWith('.vortex/quarantine/') && !path.endsWith('/'))
        .map((path) => path.split('/').slice(3).join('/')),
  };
}

const cut = (text: string): string => text.slice(0, -20);
const DAILY = ['SPY', 'KO', '--start', '2024-06-24'];

it('a broken file is made anew from the other format, without a request, and set aside', async () => {
  const { data, sandbox, good, repair, verify, setAside } = await scene(...DAILY, '--format', 'csv,parquet');
  const before = await sandbox.requests();
  const untouched = identities(data);
  edit(data, 'stocks/1d/SPY.csv', cut);
  const { code, stdout } = await repair();
  expect(code).toBe(0);
  expect(stdout).toContain('stocks/1d/SPY: made anew from its other files\n');
  expect(stdout).toMatch(/^set aside in \.vortex\/quarantine\/\S+: stocks\/1d\/SPY\.csv$/m);
  expect(stdout).toMatch(/^2 series checked: nothing is wrong$/m);
  expect(contents(data)).toEqual(good);
  expect(setAside()).toEqual(['stocks/1d/SPY.csv']);
  expect(await sandbox.requests()).toBe(before);
  const after = identities(data);
  for (const path of Object.keys(good).filter((name) => name !== 'stocks/1d/SPY.csv')) {
    expect(after[path]).toBe(untouched[path]);
  }
  expect((await verify()).code).toBe(0);
});

it('with no good file left the series is fetched again, and only that', async () => {
  const { data, sandbox, good, repair, setAside } = await scene(...DAILY);
  const before = await sandbox.requests();
  edit(data, 'stocks/1d/SPY.csv', cut);
  const spoilt = readFileSync(join(data, 'stocks/1d/SPY.csv'), 'base64');
  const { code, stdout } = await repair(NOW, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    checked: 2,
    findings: [],
    repair: {
      quarantined: ['stocks/1d/SPY.csv'],
      results: [{ series: 'stocks/1d/SPY', outcome: 'updated', added: 7 }],
    },
  });
  expect(contents(data)).toEqual(good);
  expect(setAside()).toEqual(['stocks/1d/SPY.csv']);
  const aside = everythingIn(data).find((path) => /quarantine.*SPY\.csv$/.test(path)) ?? '';
  expect(readFileSync(join(data, aside), 'base64')).toBe(spoilt);
  expect((await sandbox.requests()) - before).toBe(1);
});

it('an edit that keeps size and time is found and mended', async () => {
  const { data, good, repair } = await scene(...DAILY);
  const file = join(data, 'stocks/1d/SPY.csv');
  const { atime, mtime } = statSync(file);
  edit(data, 'stocks/1d/SPY.csv', (text) => text.replace('2024-06-25', '2024-06-24'));
  utimesSync(file, atime, mtime);
  expect((await repair()).code).toBe(0);
  expect(contents(data)).toEqual(good);
});

it('a file that is gone and a format that is gone are made anew', async () => {
  const { data, good, repair, setAside } = await scene(...DAILY, '--format', 'csv,parquet');
  rmSync(join(data, 'stocks/1d/SPY.csv'));
  rmSync(join(data, 'stocks/1d/SPY.parquet'));
  rmSync(join(data, 'stocks/1d/KO.parquet'));
  expect((await repair()).code).toBe(0);
  expect(contents(data)).toEqual(good);
  expect(setAside()).toEqual([]);
});

it('while the source is away the broken file stays where it is, and the next repair makes up for it', async () => {
  const { data, sandbox, good, repair, setAside } = await scene(...DAILY);
  edit(data, 'stocks/1d/SPY.csv', cut);
  const spoilt = contents(data);
  await sandbox.change({ faults: 'yahoo:html=1' });
  const { code, stdout } = await repair();
  expect(code).toBe(3);
  expect(stdout).toMatch(/^error +stocks\/1d\/SPY +not-repaired +2024-06-24 to 2024-07-02 /m);
  expect(contents(data)).toEqual(spoilt);
  expect(setAside()).toEqual([]);
  await sandbox.change({ faults: '' });
  expect((await repair()).code).toBe(0);
  expect(contents(data)).toEqual(good);
}, 60_000);

it('of monthly files only the broken month is fetched again', async () => {
  const wish = ['SPY', '--period', '5m', '--start', '2024-06-20', '--format', 'parquet'];
  const { data, good, repair, setAside } = await scene(...wish);
  const [june, july] = ['stocks/5m/SPY_2024-06.parquet', 'stocks/5m/SPY_2024-07.parquet'];
  expect(Object.keys(good)).toEqual([june, july]);
  const untouched = identities(data)[june];
  edit(data, july, cut);
  const { code } = await repair();
  expect(code).toBe(0);
  expect(contents(data)).toEqual(good);
  expect(identities(data)[june]).toBe(untouched);
  expect(setAside()).toEqual([july]);
});

it('what the provider does not reach any more is left in its place and told: exit 3', async () => {
  const wish = ['SPY', '--period', '5m', '--start', '2024-06-20', '--format', 'parquet'];
  const { data, sandbox, repair, setAside } = await scene(...wish);
  edit(data, 'stocks/5m/SPY_2024-06.parquet', cut);
  const spoilt = contents(data);
  await sandbox.change({ now: '2024-12-02T06:00:00Z' });
  const { code, stdout } = await repair('2024-12-02T06:00:00Z');
  expect(code).toBe(3);
  expect(stdout).toMatch(/^error +stocks\/5m\/SPY +not-repaired +2024-06-20T.* could not be fetched again/m);
  expect(contents(data)).toEqual(spoilt);
  expect(setAside()).toEqual([]);
});

it('nothing broken: no request, no byte touched', async () => {
  const { data, sandbox, repair } = await scene(...DAILY);
  const [before, requests] = [identities(data), await sandbox.requests()];
  expect(await repair()).toMatchObject({ code: 0, stdout: '2 series checked: nothing is wrong\n' });
  expect(identities(data)).toEqual(before);
  expect(await sandbox.requests()).toBe(requests);
  expect(existsSync(join(data, '.vortex/lock'))).toBe(false);
});

it('another run holds the folder: exit 6, nothing is touched', async () => {
  const { data, repair } = await scene(...DAILY);
  edit(data, 'stocks/1d/SPY.csv', cut);
  const spoilt = contents(data);
  writeFileSync(join(data, '.vortex/lock'), 'somebody elsewhere');
  expect((await repair()).code).toBe(6);
  expect(contents(data)).toEqual(spoilt);
});

it('a series that no instrument gives any more is left and told, and the others are mended', async () => {
  const { data, good, repair } = await scene(...DAILY);
  await putSeries(data, [{ class: 'forex', id: 'AAABBB', stamps: ['2024-06-24', '2024-06-25'] }]);
  edit(data, 'forex/1d/AAABBB.csv', cut);
  edit(data, 'stocks/1d/SPY.csv', cut);
  const { code, stderr } = await repair();
  expect(code).toBe(3);
  expect(stderr).toContain('vortex: forex/1d/AAABBB is left as it is: no instrument of the settings');
  expect(contents(data)).toMatchObject(good);
});

it('days that a source had left out are asked for again where the other series have them, and only these', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-14T22:00:00Z');
  // The settings call five trading days closures, so that nothing is due on them and nothing heals by itself.
  mkdirSync(join(cwd, 'config'));
  const closures = { XNYS: ['2024-06-10', '2024-06-11', '2024-06-12', '2024-06-13', '2024-06-14'] };
  writeFileSync(join(cwd, 'config/config.json'), JSON.stringify({ closures }));
  const env = { ...sandbox.env, VORTEX_OVERLAP_BARS: '0' };
  const run = async (now: string, symbols: readonly string[], faults = '') => {
    await sandbox.change({ now, faults });
    const { code } = await vortex(['download', ...symbols, '--start', '2024-05-01', '--now', now], { cwd, env });
    expect(code).toBe(0);
  };
  await run('2024-06-14T22:00:00Z', ['MSFT'], 'yahoo:lost-week=1');
  await run('2024-06-28T22:00:00Z', ['SPY', 'QQQ', 'MSFT']);
  const now = ['--now', '2024-06-28T22:00:00Z'];
  const before = await vortex(['verify', ...now], { cwd });
  expect(before.stdout).toMatch(/info +stocks\/1d\/MSFT +empty-day +the source has no bar on 2024-06-10 to 2024-06-14/);
  const asked = await sandbox.requests();
  const mended = await vortex(['verify', '--repair', ...now], { cwd, env });
  expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining('stocks/1d/MSFT: 5 bars fetched')]);
  expect((await sandbox.requests()) - asked).toBe(1);
  const truth = await sandbox.truth('stock/MSFT?period=1d&from=2024-05-01&to=2024-06-29');
  const rows = readFileSync(join(cwd, 'data/stocks/1d/MSFT.csv'), 'utf8').trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.split(',')[0])).toEqual(truth.map(({ time }) => time));
});
