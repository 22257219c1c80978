import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pathBelow } from '../../src/cli/stored-names.ts';
import { everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { edit } from '../support/stored.ts';

const NOW = '2024-07-03T06:00:00Z';

async function downloaded(): Promise<string> {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const wish = ['SPY', 'KO', 'EURUSD', '--period', '1d,1h', '--start', '2024-06-24', '--format', 'csv,parquet'];
  await vortex(['download', ...wish, '--now', NOW], { cwd, env: sandbox.env });
  return cwd;
}

it('finds nothing in what a download stored: exit 0, and no byte is touched', async () => {
  const cwd = await downloaded();
  const before = [everythingIn(cwd), identities(join(cwd, 'data'))];
  const { code, stdout, stderr } = await vortex(['verify', '--json'], { cwd });
  expect({ code, stderr, report: JSON.parse(stdout) as unknown }).toEqual({
    code: 0,
    stderr: '',
    report: { schema: 1, checked: 6, findings: [] },
  });
  expect([everythingIn(cwd), identities(join(cwd, 'data'))]).toEqual(before);
});

it('a damaged file: exit 3, with series, kind, detail and severity; nothing is mended unasked', async () => {
  const cwd = await downloaded();
  edit(join(cwd, 'data'), 'stocks/1d/SPY.csv', (text) => `${text}\n`);
  const before = identities(join(cwd, 'data'));
  const { code, stdout } = await vortex(['verify', '--json'], { cwd });
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    checked: 6,
    findings: [
      { series: 'stocks/1d/SPY', kind: 'file-changed', severity: 'error' },
      {
        series: 'stocks/1d/SPY',
        kind: 'field-count',
        detail: 'stocks/1d/SPY.csv: line 9 has 1 fields, not 9',
        severity: 'error',
      },
    ],
  });
  expect(identities(join(cwd, 'data'))).toEqual(before);
  const table = await vortex(['verify'], { cwd });
  expect(table.stdout).toMatch(/^error +stocks\/1d\/SPY +file-changed +stocks\/1d\/SPY\.csv: /m);
  expect(table.stdout).toMatch(/^6 series checked: 2 errors$/m);
  const other = await vortex(['verify', 'data/stocks/1d/KO.csv', 'forex'], { cwd });
  expect(other).toMatchObject({ code: 0, stdout: '3 series checked: nothing is wrong\n' });
});

it('a path of nothing is exit 3 with the nearest, no folder is exit 1', async () => {
  const cwd = await downloaded();
  const { code, stderr } = await vortex(['verify', 'stocks/1d/SPX'], { cwd });
  expect(code).toBe(3);
  expect(stderr).toMatch(/^vortex: nothing is stored of stocks\/1d\/SPX; nearest: .*stocks\/1d\/SPY/);
  expect((await vortex(['verify', '-o', 'elsewhere'], { cwd })).code).toBe(1);
});

it.each([
  ['data/stocks/1d/SPY.csv', 'stocks/1d/SPY.csv'],
  ['./data/stocks/', 'stocks'],
  ['/srv/data', ''],
  ['stocks/1d/SPY', undefined],
  ['./forex/', undefined],
  ['data2/stocks', undefined],
])('reads the path %s as %j', (argument, expected) => {
  expect(pathBelow('data', '/srv')(argument)).toBe(expected);
});

it('a symbol, a key, a folder or a file means the same series; what means none is exit 3, and nothing is said to be right', async () => {
  const cwd = await downloaded();
  for (const name of ['KO', 'stock:KO', 'ko', 'stocks/1d/KO', 'stocks/1h/KO/', 'data/stocks/1d/KO.csv', 'forex/1h']) {
    const { code, stdout } = await vortex(['verify', name], { cwd });
    expect([name, code, stdout]).toEqual([name, 0, expect.stringMatching(/^[12] series checked: nothing is wrong\n$/)]);
  }
  const none = await vortex(['verify', 'SPX'], { cwd });
  expect(none).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(/^vortex: nothing is stored of SPX; nearest: SPY/) as string,
  });
  expect(await vortex(['verify', 'SPX', '--json'], { cwd })).toMatchObject({ code: 3 });
});
