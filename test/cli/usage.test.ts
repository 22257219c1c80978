import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';

const settings = z.object({
  schema: z.literal(1),
  settings: z.record(z.string(), z.object({ value: z.unknown(), source: z.string() })),
});

/** A request to it fails at once; none is expected. */
const NOWHERE = { VORTEX_YAHOO_BASE_URL: 'http://127.0.0.1:9' };

describe('wrong usage ends with 2 before anything is requested or written', () => {
  it.each([
    ['a start after the end', ['SPY', '--start', '2024-06-30', '--end', '2024-01-01'], /2024-06-30.*after.*2024-01-01/],
    ['an unknown period', ['SPY', '--period', '1d,2d'], /2d.*allowed.*1m, 5m.*1mo/],
    ['a date that the calendar does not have', ['SPY', '--start', '2023-02-29'], /2023-02-29/],
    ['a negative concurrency', ['SPY', '--concurrency', '-3'], /concurrency.*1 to 64/],
    ['a concurrency of nothing', ['SPY', '--concurrency', '0'], /concurrency.*1 to 64/],
    ['a concurrency that is no whole number', ['SPY', '--concurrency', '1.5'], /concurrency.*1 to 64/],
    ['a negative cap on requests', ['SPY', '--max-requests', '-1'], /max.requests.*at least 1/],
    ['an unknown format', ['SPY', '--format', 'xlsx'], /xlsx|csv, parquet/],
    ['an unknown provider', ['SPY', '-p', 'yaho'], /yaho.*yahoo/],
    ['an unknown class', ['SPY', '--class', 'bond'], /bond.*future, stock, forex/],
    ['a symbol that would leave the folder', ['../../etc/passwd'], /"\.\.\/\.\.\/etc\/passwd" is no symbol/],
    ['a symbol with a hidden way up', ['stock:..%2f..'], /no symbol/],
    ['an absolute path for a symbol', ['/etc/passwd'], /no symbol/],
    ['a root that may be a ticker', ['GC'], /future:GC or stock:GC/],
    ['nothing asked for', [], /name a symbol/],
    ['a flag that does not exist', ['SPY', '--concurency', '3'], /--concurrency/],
    ['a time that is none', ['SPY', '--now', 'yesterday'], /yesterday/],
    ['an empty symbol', [''], /no symbol/],
  ])('%s', async (_, args, message) => {
    const home = temporaryFolder();
    const cwd = join(home, 'a/b/c');
    mkdirSync(cwd, { recursive: true });
    const { code, stdout, stderr } = await vortex(['download', ...args], { cwd, env: NOWHERE });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(everythingIn(home)).toEqual(['a/', 'a/b/', 'a/b/c/']);
  });

  it('names file, line and column of broken JSON', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'broken.json'), '{\n  "output_dir": "x",\n  "concurrency": ,\n}\n');
    const { code, stderr } = await vortex(['download', 'SPY', '--config', 'broken.json'], { cwd, env: NOWHERE });
    expect(code).toBe(2);
    // The comma stands on line 3, after 17 characters.
    expect(stderr).toMatch(/broken\.json:3:18\b|broken\.json.*line 3.*column 18/);
    expect(everythingIn(cwd)).toEqual(['broken.json']);
  });

  it('tells every problem of the settings at once, each with its place', async () => {
    const cwd = temporaryFolder();
    const futures = { GOLD: { code: 'GC', cycle: 'GJMA' } };
    writeFileSync(join(cwd, 'c.json'), JSON.stringify({ concurency: 3, formats: ['xml'], futures }));
    const { code, stderr } = await vortex(['download', 'GOLD', '--config', 'c.json'], { cwd, env: NOWHERE });
    expect(code).toBe(2);
    expect(stderr).toMatch(/c\.json: concurency.*did you mean concurrency/);
    expect(stderr).toMatch(/c\.json: formats\[0\].*csv, parquet/);
    expect(stderr).toMatch(/c\.json: futures\.GOLD\.cycle.*"A" is no delivery month.*FGHJKMNQUVXZ/);
  });

  it('refuses a VORTEX_ name that no setting has, and says which one is near', async () => {
    const cwd = temporaryFolder();
    const { code, stderr } = await vortex(['download', 'SPY'], { cwd, env: { ...NOWHERE, VORTEX_OUTPUTDIR: 'x' } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/VORTEX_OUTPUTDIR.*VORTEX_OUTPUT_DIR/);
    expect(everythingIn(cwd)).toEqual([]);
  });

  it('passes over what Kubernetes injects for a Service called vortex', async () => {
    const env = {
      VORTEX_SERVICE_HOST: '10.0.0.1',
      VORTEX_SERVICE_PORT: '8080',
      VORTEX_PORT: 'tcp://10.0.0.1:8080',
      VORTEX_PORT_8080_TCP_ADDR: '10.0.0.1',
    };
    const { code, stderr } = await vortex(['plan', 'SPY'], { cwd: temporaryFolder(), env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('settings', () => {
  it('a flag counts before the environment, the environment before a file, the later file before the earlier', async () => {
    const cwd = temporaryFolder();
    const file = { output_dir: 'of-file', concurrency: 2, overlap_bars: 3, settle_minutes: 7, formats: ['parquet'] };
    writeFileSync(join(cwd, 'one.json'), JSON.stringify(file));
    writeFileSync(join(cwd, 'two.json'), JSON.stringify({ settle_minutes: 9 }));
    const env = { VORTEX_OUTPUT_DIR: 'of-env', VORTEX_CONCURRENCY: '4' };
    const args = ['config', 'show', '--json', '--config', 'one.json', '--config', 'two.json', '-o', 'of-flag'];
    const { code, stdout } = await vortex(args, { cwd, env });
    expect(code).toBe(0);
    const shown = settings.parse(JSON.parse(stdout)).settings;
    expect(shown['output_dir']).toEqual({ value: join(cwd, 'of-flag'), source: 'flag --output-dir' });
    expect(shown['concurrency']).toEqual({ value: 4, source: 'environment VORTEX_CONCURRENCY' });
    expect(shown['overlap_bars']).toEqual({ value: 3, source: 'file one.json' });
    expect(shown['settle_minutes']).toEqual({ value: 9, source: 'file two.json' });
    expect(shown['default_provider']).toEqual({ value: 'yahoo', source: 'default' });
  });

  it('config show masks secrets, also those from a file and those within an address', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'secret'), 'hunter2-from-file\n');
    const env = {
      VORTEX_USERNAME: 'somebody-secret',
      VORTEX_PASSWORD_FILE: join(cwd, 'secret'),
      VORTEX_YAHOO_BASE_URL: 'http://joe:hunter3@127.0.0.1:9',
    };
    for (const json of [[], ['--json']]) {
      const { code, stdout, stderr } = await vortex(['config', 'show', ...json], { cwd, env });
      expect(code).toBe(0);
      expect(stdout).toContain('secret file');
      expect(stdout + stderr).not.toMatch(/hunter|somebody-secret/);
    }
  });
});

describe('a slip of the pen is told with what is near', () => {
  it.each([
    ['a command', ['verifi'], /Did you mean verify\?/],
    ['a command of a group', ['instruments', 'lst'], /Did you mean list\?/],
    ['a flag', ['plan', 'SPY', '--outptu-dir', 'x'], /Did you mean --output-dir\?/],
    ['a period', ['plan', 'SPY', '--period', '1d,1hr'], /1hr is no period.*did you mean 1h\?/],
    ['a class', ['plan', 'SPY', '--class', 'futur'], /did you mean future\?/],
    ['the class of a symbol', ['plan', 'stocks:SPY'], /did you mean stock:SPY\?/],
    ['a format', ['plan', 'SPY', '--format', 'parqet'], /did you mean parquet\?/],
    ['a log level', ['plan', 'SPY', '--log-level', 'warm'], /did you mean warn\?/],
    ['a provider', ['plan', 'SPY', '-p', 'barchat'], /did you mean barchart\?/],
    ['a provider to check', ['providers', 'check', 'ibrk'], /perhaps ibkr/],
    ['the provider of an import', ['import', '.', '-p', 'barchar'], /did you mean barchart\?/],
    ['a market', ['plan', 'future:GOLDD'], /nearest: GOLD/],
  ])('%s', async (_, args, message) => {
    const cwd = temporaryFolder();
    const { code, stderr } = await vortex(args, { cwd, env: NOWHERE });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(everythingIn(cwd)).toEqual([]);
  });
});
