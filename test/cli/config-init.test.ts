import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { checkJson } from '../../src/config/json-text.ts';
import { starterText } from '../../src/config/starter-text.ts';
import { dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2026-11-24T12:00:00Z';
const NOBODY = { VORTEX_YAHOO_BASE_URL: 'http://127.0.0.1:9' };
const shown = z.object({ settings: z.record(z.string(), z.object({ value: z.unknown(), source: z.string() })) });

const init = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = NOBODY) =>
  vortex(['config', 'init', ...args, '--now', NOW], { cwd, env });

async function settingsIn(cwd: string, file = 'config/config.json') {
  const { code, stdout } = await vortex(['config', 'show', '--json', '--config', file], { cwd });
  expect(code).toBe(0);
  return shown.parse(JSON.parse(stdout)).settings;
}

it('without a terminal and without flags it writes a starter file that loads, shows the plan and requests nothing', async () => {
  const cwd = temporaryFolder();
  const { code, stdout } = await init(cwd, []);
  expect(code).toBe(0);
  expect(stdout).toContain('written: config/config.json, config/vortex.schema.json');
  expect(stdout).toContain('stocks/1d/SPY');
  expect(everythingIn(cwd)).toEqual(['config/', 'config/config.json', 'config/vortex.schema.json']);
  expect((await settingsIn(cwd))['formats']).toEqual({ value: ['csv'], source: 'file config/config.json' });
  const shipped = new URL('../../config/vortex.schema.json', import.meta.url);
  expect(readFileSync(join(cwd, 'config/vortex.schema.json'), 'utf8')).toBe(readFileSync(shipped, 'utf8'));
});

it('every answer can be a flag', async () => {
  const cwd = temporaryFolder();
  const flags = ['-p', 'barchart,yahoo', '-o', 'prices', '--format', 'csv,parquet', '--schedule', '30 17 * * 1-5'];
  const symbols = ['CORN', 'stock:GOLD', 'BRK-B', 'EURUSD', 'future:ES'];
  const zone = ['--timezone', 'America/Chicago', '--config', 'mine.json'];
  const { code, stdout } = await init(cwd, [...symbols, ...flags, ...zone, '--yes']);
  expect(code).toBe(0);
  expect(stdout).toContain('VORTEX_BARCHART_PASSWORD');
  expect(stdout).toMatch(/30 17 \* \* 1-5 cd .* download --config mine\.json/);
  const settings = await settingsIn(cwd, 'mine.json');
  expect(settings['output_dir']?.value).toBe(join(cwd, 'prices'));
  expect(settings['formats']?.value).toEqual(['csv', 'parquet']);
  expect(settings['default_provider']?.value).toBe('barchart,yahoo');
  const listed = await vortex(['instruments', 'list', '--json', '--config', 'mine.json'], { cwd });
  const { instruments } = z
    .object({ instruments: z.array(z.object({ instrument: z.string(), class: z.string(), from: z.string() })) })
    .parse(JSON.parse(listed.stdout));
  expect(
    instruments.filter(({ from }) => from === 'settings').map((entry) => `${entry.class}:${entry.instrument}`),
  ).toEqual(['future:CORN', 'future:SP500', 'stock:GOLD', 'stock:BRK-B', 'forex:EURUSD']);
});

it('what it shows as defaults are the defaults: without the slashes the file says the same', async () => {
  const cwd = temporaryFolder();
  await init(cwd, ['--json']);
  const before = await settingsIn(cwd);
  const path = join(cwd, 'config/config.json');
  const text = readFileSync(path, 'utf8');
  const opened = text.replace(/\/\/ ("\w+": )/g, '$1');
  expect(opened).not.toBe(text);
  writeFileSync(path, opened);
  const after = await settingsIn(cwd);
  for (const [key, { value }] of Object.entries(before)) expect([key, after[key]?.value]).toEqual([key, value]);
  expect(Object.values(after).filter(({ source }) => source !== 'default').length).toBeGreaterThan(5);
});

it('leaves a file that is there, and with --force keeps it under another name', async () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'config'));
  const path = join(cwd, 'config/config.json');
  writeFileSync(path, '{"output_dir":"mine"}');
  const refused = await init(cwd, ['--yes']);
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/config\/config\.json is there.*--force/);
  expect(everythingIn(cwd)).toEqual(['config/', 'config/config.json']);
  expect((await init(cwd, ['--force', '--json'])).code).toBe(0);
  expect(readFileSync(`${path}.old`, 'utf8')).toBe('{"output_dir":"mine"}');
  expect(readFileSync(path, 'utf8')).toContain('"./data"');
});

it.each([
  ['one contract', ['GCG27'], /GCG27 is one contract.*GOLD/],
  ['a name that is none', ['Goldd'], /did you mean GOLD/],
  ['an unknown provider', ['SPY', '-p', 'barchat'], /perhaps barchart/],
  ['an unknown format', ['SPY', '--format', 'cvs'], /did you mean csv/],
  ['no schedule', ['SPY', '--schedule', '6am'], /five fields of cron/],
  ['a schedule that never comes', ['SPY', '--schedule', '0 0 31 2 *'], /never comes/],
  ['no folder', ['SPY', '--output-dir', ''], /--output-dir: name a folder/],
  ['no zone', ['SPY', '--schedule', '0 6 * * *', '--timezone', 'Chicago'], /IANA time zone/],
])('refuses %s with 2 and writes nothing', async (_, args, message) => {
  const cwd = temporaryFolder();
  const { code, stderr } = await init(cwd, args);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(everythingIn(cwd)).toEqual([]);
});

it('a folder is no settings file, and --force does not move it away', async () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'mine'));
  const { code, stderr } = await init(cwd, ['SPY', '--config', 'mine', '--force']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('mine is a folder')]);
  expect(everythingIn(cwd)).toEqual(['mine/']);
});

it.each([
  ['{"serve":{"timezone":"Mars/Phobos"}}', /serve\.timezone: "Mars\/Phobos" is no IANA time zone/],
  ['{"serve":{"schedule":"every day"}}', /serve\.schedule: every day is no schedule/],
  ['{"serve":{"schedule":"0 0 31 2 *"}}', /never comes/],
])('config check finds what serve would refuse: %s', async (text, message) => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'mine.json'), text);
  const { code, stderr } = await vortex(['config', 'check', '--config', 'mine.json'], { cwd });
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});

it('makes the first download when told to, and ends as that ends', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const { code, stdout } = await init(cwd, ['SPY', 'EURUSD', '--download'], sandbox.env);
  expect(code).toBe(0);
  expect(stdout).toContain('2 series');
  expect(dataFiles(join(cwd, 'data'))).toEqual(['forex/1d/EURUSD.csv', 'stocks/1d/SPY.csv']);
});

it('a schedule goes into the file where there is a setting for it', () => {
  const choice = { outputDir: './data', formats: ['csv'], provider: 'yahoo', instruments: [], notes: [] };
  const schedule = { cron: '0 6 * * 1-5', timezone: 'America/New_York' };
  const plain = z.strictObject({ concurrency: z.int().default(8) });
  const serving = plain.extend({ serve: z.strictObject({ schedule: z.string(), timezone: z.string() }).optional() });
  const defaults = { concurrency: 8, settle_minutes: 15, overlap_bars: 5 };
  expect(starterText({ ...choice, schedule }, plain, defaults)).not.toContain('"serve"');
  expect(starterText(choice, serving, defaults)).not.toContain('"serve"');
  const { plain: json } = checkJson(starterText({ ...choice, schedule }, serving, defaults));
  expect(JSON.parse(json)).toMatchObject({ serve: { schedule: '0 6 * * 1-5', timezone: 'America/New_York' } });
});

const hasScript = spawnSync('script', ['--version']).status === 0;
if (!hasScript && process.env['CI'] !== undefined) throw new Error('the program script (util-linux) is missing');

// script(1) gives the program a terminal.
describe.runIf(hasScript)('on a terminal', () => {
  /** Types an answer whenever its question stands on the terminal. */
  async function typed(
    cwd: string,
    env: Readonly<Record<string, string>>,
    dialogue: readonly (readonly [RegExp, string])[],
  ) {
    const { PATH = '' } = process.env;
    const line = `stty cols 100 rows 40; '${process.execPath}' '${programPath()}' config init --now ${NOW}`;
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd,
      env: { PATH, HOME: cwd, TERM: 'xterm', SHELL: '/bin/sh', NO_PROXY: '127.0.0.1', ...env },
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const left = [...dialogue];
    let all = '';
    let since = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      all += part;
      since += part;
      const [next] = left;
      if (next === undefined || !next[0].test(since)) return;
      since = '';
      left.shift();
      child.stdin.write(next[1]);
    });
    const late = setTimeout(() => child.kill(), 20_000);
    const code = await new Promise<number | null>((settle) => child.once('close', settle));
    clearTimeout(late);
    return { code, all, left };
  }

  it('asks, finds futures by search, writes, shows the plan and downloads', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const { code, all, left } = await typed(cwd, sandbox.env, [
      [/Where do bars come from/, '\r'],
      [/Futures/, 'comex gc'],
      [/1 match/, '\t'],
      [/◼/, '\r'],
      [/Stocks/, 'SPY AAPL\r'],
      [/Currency pairs/, '\r'],
      [/Where are files written/, '\r'],
      [/which form/, '\r'],
      [/kept current/, '\r'],
      [/Download this now/, '\r'],
    ]);
    expect({ code, left }, all).toEqual({ code: 0, left: [] });
    const files = dataFiles(join(cwd, 'data'));
    expect(files).toContain('stocks/1d/SPY.csv');
    expect(files).toContain('stocks/1d/AAPL.csv');
    expect(files.filter((file) => file.startsWith('futures/1d/GOLD/')).length).toBeGreaterThan(5);
    expect(files.filter((file) => !/GOLD\/|SPY|AAPL/.test(file))).toEqual([]);
  });

  it('leaves a file that is there when the answer is no', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'config'));
    writeFileSync(join(cwd, 'config/config.json'), '{}');
    const { code, all } = await typed(cwd, NOBODY, [[/is there\. Replace it/, '\r']]);
    expect(code, all).toBe(2);
    expect(everythingIn(cwd)).toEqual(['config/', 'config/config.json']);
  });

  it('keeps the settings and downloads nothing when it is stopped at the last question', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'config'));
    writeFileSync(join(cwd, 'config/config.json'), '{}');
    const enter = [/Stocks/, /Currency/, /written/, /which form/, /kept current/].map(
      (asked) => [asked, '\r'] as const,
    );
    const { code, all } = await typed(cwd, NOBODY, [
      [/is there\. Replace it/, 'y'],
      [/Where do bars come from/, '\r'],
      [/Futures/, '\r'],
      ...enter,
      [/Download this now/, '\u0003'],
    ]);
    expect(code, all).toBe(0);
    expect(everythingIn(cwd).filter((path) => !path.endsWith('/'))).toEqual([
      'config/config.json',
      'config/config.json.old',
      'config/vortex.schema.json',
    ]);
  });

  it('writes nothing when it is stopped with Ctrl-C, and ends with 130', async () => {
    const cwd = temporaryFolder();
    const { code, all } = await typed(cwd, NOBODY, [
      [/Where do bars come from/, '\r'],
      [/Futures/, '\u0003'],
    ]);
    expect(code, all).toBe(130);
    expect(all).toContain('nothing was written');
    expect(everythingIn(cwd)).toEqual([]);
  });
});
