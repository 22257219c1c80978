import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { edit, putSeries } from '../support/stored.ts';

const NOW = '2024-07-03T06:00:00Z';
const DAYS = ['2024-06-03', '2024-06-04', '2024-06-05'];

async function someSeries(cwd: string): Promise<string> {
  const root = join(cwd, 'data');
  await putSeries(root, [
    { id: 'SPY', stamps: DAYS },
    { id: 'KO', stamps: DAYS },
    { id: 'EURUSD', class: 'forex', stamps: DAYS },
  ]);
  return root;
}

const status = (cwd: string, ...args: string[]) => vortex(['status', '--now', NOW, ...args], { cwd });

it('gives what a download stored, as one JSON document of the form that scripts rely on, and writes nothing', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const wish = ['--start', '2024-06-24', '--format', 'csv,parquet', '--now', NOW];
  await vortex(['download', 'SPY', ...wish], { cwd, env: sandbox.env });
  const data = join(cwd, 'data');
  const before = [everythingIn(data), identities(data)];
  const { code, stdout, stderr } = await status(cwd, '--json', '--checksums');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const files = ['stocks/1d/SPY.csv', 'stocks/1d/SPY.parquet'].map((path) => {
    const content = readFileSync(join(data, path));
    return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  });
  expect(JSON.parse(stdout)).toEqual({
    schema: 1,
    series: [
      {
        series: 'stocks/1d/SPY',
        instrument: 'SPY',
        symbol: 'SPY',
        period: '1d',
        provider: 'yahoo',
        // 24 June to 2 July without the weekend.
        rows: 7,
        first: '2024-06-24',
        last: '2024-07-02',
        missing: [],
        // Since the close of 2 July, 20:00 UTC.
        ageSeconds: 10 * 3600,
        checkedSeconds: 0,
        sessionsBehind: 0,
        suspect: [],
        revisions: 0,
        state: 'ok',
        files,
      },
    ],
  });
  expect([everythingIn(data), identities(data)]).toEqual(before);
});

it('shows a table with the damaged series and a line that counts', async () => {
  const cwd = temporaryFolder();
  const root = await someSeries(cwd);
  edit(root, 'stocks/1d/KO.csv', (text) => `\u00EF\u00BB\u00BF${text}`);
  const { code, stdout } = await status(cwd);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^stocks\/1d\/KO +KO +yahoo +3 .* damaged /m);
  expect(stdout).toMatch(/^stocks\/1d\/SPY .* - +- +27d 10h +0 +ok +116$/m);
  expect(stdout).toMatch(/^3 series, 9 rows, .* in 3 files: 1 damaged, 2 ok$/m);
});

it('gives CSV with one line a series', async () => {
  const cwd = temporaryFolder();
  await someSeries(cwd);
  const { stdout } = await status(cwd, '--csv', 'SPY');
  expect(stdout).toBe(
    'series,instrument,symbol,period,provider,rows,first,last,missing,suspect,ageSeconds,checkedSeconds,sessionsBehind,revisions,state,bytes,files\n' +
      `stocks/1d/SPY,SPY,SPY,1d,yahoo,3,2024-06-03,2024-06-05,,,${27 * 86_400 + 10 * 3600},,0,0,ok,116,stocks/1d/SPY.csv\n`,
  );
});

it.each([
  ['SPY', ['stocks/1d/SPY']],
  ['stock:KO', ['stocks/1d/KO']],
  ['forex/1d/EURUSD', ['forex/1d/EURUSD']],
  ['stocks/1d', ['stocks/1d/KO', 'stocks/1d/SPY']],
])('%s limits it', async (argument, expected) => {
  const cwd = temporaryFolder();
  await someSeries(cwd);
  const { code, stdout } = await status(cwd, '--csv', argument);
  expect(code).toBe(0);
  const keys = stdout.trimEnd().split('\n').slice(1);
  expect(keys.map((line) => line.split(',')[0])).toEqual(expected);
});

it('a name of which nothing is stored: exit 3 with the nearest names, the others are told', async () => {
  const cwd = temporaryFolder();
  await someSeries(cwd);
  const { code, stdout, stderr } = await status(cwd, '--json', 'EURUDS', 'SPY');
  expect(code).toBe(3);
  expect(stderr).toBe('vortex: nothing is stored of EURUDS; nearest: EURUSD\n');
  expect(stdout).toContain('"series":"stocks/1d/SPY"');
});

it('no such folder, or a file in its place: exit 1 with one sentence; an empty folder holds no series', async () => {
  const cwd = temporaryFolder();
  const gone = await status(cwd);
  expect({ code: gone.code, stdout: gone.stdout }).toEqual({ code: 1, stdout: '' });
  expect(gone.stderr).toMatch(/^vortex: .*data: there is no such data folder; name another with --output-dir\n$/);
  writeFileSync(join(cwd, 'file'), '');
  const file = await status(cwd, '-o', 'file');
  expect(file.code).toBe(1);
  expect(file.stderr).toContain('it is a file, not a data folder');
  mkdirSync(join(cwd, 'data'));
  expect(await status(cwd)).toMatchObject({ code: 0, stdout: 'no series\n' });
  expect(everythingIn(cwd)).toEqual(['data/', 'file']);
});

it('JSON and CSV at once is refused', async () => {
  expect((await status(temporaryFolder(), '--json', '--csv')).code).toBe(2);
});
