import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contents, dataFiles, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const COMMON = ['--start', '2024-06-03', '--json', '--now', NOW];

describe('what is asked for', () => {
  it('may stand in a file, a symbol a line, with comments, each counted once', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    writeFileSync(join(cwd, 'wanted.txt'), '# mine\nSPY\n\nstock:KO   # with its class\nEURUSD\r\nSPY\n');
    const args = ['download', 'SPY', '--symbols-file', 'wanted.txt', ...COMMON];
    const { code } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(dataFiles(join(cwd, 'data'))).toEqual(['forex/1d/EURUSD.csv', 'stocks/1d/KO.csv', 'stocks/1d/SPY.csv']);
    expect(await sandbox.requests()).toBe(3);
  });

  it('all bad names of a list are told at once with their lines, and nothing is requested: exit 2', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    writeFileSync(join(cwd, 'wanted.txt'), 'BK\nC\nES\neurusd\nMSFT\u200B\n');
    const args = ['download', 'GOLDD', '--symbols-file', 'wanted.txt', ...COMMON];
    const { code, stderr, stdout } = await vortex(args, { cwd, env: sandbox.env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^vortex: GOLDD: did you mean GOLD\?/),
      expect.stringMatching(/^vortex: wanted\.txt: line 1: BK .* say future:BK or stock:BK$/),
      expect.stringMatching(/^vortex: wanted\.txt: line 2: C .* say future:COCOA_LDN or stock:C$/),
      expect.stringMatching(/^vortex: wanted\.txt: line 3: ES .* say future:ES or stock:ES$/),
      expect.stringMatching(/^vortex: wanted\.txt: line 5: "MSFT\\u200b" .*U\+200B.*; write MSFT$/),
    ]);
    expect(await sandbox.requests()).toBe(0);
    writeFileSync(join(cwd, 'wanted.txt'), 'eurusd\n');
    const mended = await vortex(['plan', '--symbols-file', 'wanted.txt', ...COMMON], { cwd, env: sandbox.env });
    expect(mended.stderr).toContain('vortex: wanted.txt: line 1: eurusd is taken as EURUSD\n');
    expect(mended.stdout).toContain('"series":"forex/1d/EURUSD"');
  });

  it('a list that names nothing is exit 2, not a download of everything that is configured', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'wanted.txt'), '# nothing yet\n');
    writeFileSync(join(cwd, 'mine.json'), JSON.stringify({ stocks: { SPY: {} } }));
    const { code, stderr } = await vortex(['plan', '--symbols-file', 'wanted.txt', '--instruments', 'mine.json'], {
      cwd,
    });
    expect(code).toBe(2);
    expect(stderr).toBe('vortex: flag --symbols-file: wanted.txt: the list names nothing\n');
  });

  it('a name that is a market and a ticker is taken as the market, which is said; stock: takes the ticker', async () => {
    const cwd = temporaryFolder();
    const market = await vortex(['plan', 'COAL', '--json', '--now', NOW], { cwd });
    expect(market.code).toBe(0);
    expect(market.stderr).toMatch(/COAL.*stock:COAL/);
    const ticker = await vortex(['plan', 'stock:COAL', '--json', '--now', NOW], { cwd });
    expect(ticker.stdout).toContain('"series":"stocks/1d/COAL"');
    expect(ticker.stderr).toBe('');
  });

  it('configured instruments of one class only', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const instruments = { stocks: { SPY: {}, KO: { periods: '' } }, forex: { EURUSD: {} } };
    writeFileSync(join(cwd, 'mine.json'), JSON.stringify(instruments));
    const args = ['download', '--instruments', 'mine.json', '--class', 'stock', ...COMMON];
    const { code } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(dataFiles(join(cwd, 'data'))).toEqual(['stocks/1d/SPY.csv']);
  });

  it('a contract that Yahoo has dropped comes from the next provider listed', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const args = ['download', 'GCJ24', '-p', 'yahoo,sandbox', '--start', '2024-01-02', '--json', '--now', NOW];
    const { code, stdout } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(readReport(stdout).results).toMatchObject([{ provider: 'sandbox', outcome: 'updated', symbol: 'GCJ24' }]);
  });
});

describe('limits of a run', () => {
  it('--max-requests postpones the rest with exit 5, and the next run does it', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const args = ['download', 'SPY', 'KO', 'MSFT', ...COMMON];
    const capped = await vortex([...args, '--max-requests', '2'], { cwd, env: sandbox.env });
    expect(capped.code).toBe(5);
    expect(readReport(capped.stdout)).toMatchObject({
      status: 'postponed',
      requests: 2,
      series: { updated: 2, postponed: 1, failed: 0 },
    });
    expect(await sandbox.requests()).toBe(2);
    const rest = await vortex(args, { cwd, env: sandbox.env });
    expect(rest.code).toBe(0);
    expect(readReport(rest.stdout)).toMatchObject({ requests: 1, series: { updated: 1, unchanged: 2 } });
  });

  it('--fail-fast leaves what comes after the first failure for the next run', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const args = ['download', 'XYZQ', 'SPY', 'KO', ...COMMON, '--concurrency', '1', '--fail-fast'];
    const { code, stdout } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(3);
    expect(readReport(stdout).series).toMatchObject({ failed: 1, postponed: 2, updated: 0 });
    expect(await sandbox.requests()).toBe(1);
  });

  it('--force asks for everything again and moves no file when nothing is new', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const args = ['download', 'SPY', '--format', 'csv,parquet', ...COMMON];
    await vortex(args, { cwd, env: sandbox.env });
    const before = identities(join(cwd, 'data'));
    const { code, stdout } = await vortex([...args, '--force'], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(readReport(stdout)).toMatchObject({ requests: 1, bars: { added: 0, revised: 0 }, series: { unchanged: 1 } });
    expect(identities(join(cwd, 'data'))).toEqual(before);
  });

  it('one at a time or eight at a time give the same files', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const symbols = Array.from({ length: 12 }, (_, index) => `T${String(index + 1).padStart(4, '0')}`);
    const run = (concurrency: string) =>
      vortex(['download', ...symbols, ...COMMON, '--concurrency', concurrency, '-o', `with-${concurrency}`], {
        cwd,
        env: sandbox.env,
      });
    const both = await Promise.all([run('1'), run('8')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(contents(join(cwd, 'with-1'))).toEqual(contents(join(cwd, 'with-8')));
    expect(dataFiles(join(cwd, 'with-8'))).toHaveLength(12);
  });
});
