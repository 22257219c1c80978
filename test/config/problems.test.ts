import { expect, test } from 'vitest';
import { folderWith, load, problemsOf } from './workspace.ts';

test('all problems of all places are told at once, each with its place and what is allowed', async () => {
  const cwd = folderWith({
    'bad.json': {
      outptu_dir: 'x',
      formats: ['csv', 'xml'],
      default_provider: 'yaho,broker',
      max_requests: 1.5,
      backup_data: 'perhaps',
      backup: { engine: 'zip', keep_days: -1, s3: { endpoint: 'here' } },
      logging: { level: 'inf', levle: 'info' },
      http: [],
      providers: { yahoo: { base_url: 'nowhere', pace: 1 } },
      zzz: {},
    },
  });
  const lines = await problemsOf(
    load(cwd, {
      files: ['bad.json', 'gone.json'],
      env: { VORTEX_DRY_RUN: 'maybe', VORTEX_CONCURENCY: '3', VORTEX_SOMETHING_ELSE: '1' },
      flags: [{ path: 'concurrency', flag: '--concurrency', value: '65' }],
    }),
  );
  expect(lines).toEqual([
    'gone.json: no such file',
    'environment VORTEX_CONCURENCY: is not a setting; did you mean VORTEX_CONCURRENCY?',
    'environment VORTEX_SOMETHING_ELSE: is not a setting; vortex config show lists what is known',
    'bad.json: formats[1]: must be one of csv, parquet, not "xml"',
    'bad.json: default_provider: "yaho" is no provider; did you mean yahoo?',
    'environment VORTEX_DRY_RUN: must be true or false, not "maybe"',
    'bad.json: backup_data: must be true or false, not "perhaps"',
    'bad.json: backup.engine: must be one of tar, restic, not "zip"',
    'bad.json: backup.s3.endpoint: must be a URL such as https://host.example/path, not "here"',
    'bad.json: backup.keep_days: must be a whole number from 0 to 36600, not -1',
    'flag --concurrency: must be a whole number from 1 to 64, not 65',
    'bad.json: max_requests: must be a whole number, at least 1, not 1.5',
    'bad.json: logging.level: must be one of fatal, error, warn, info, debug, trace, silent, not "inf"; did you mean info?',
    'bad.json: logging.levle: is not a setting; did you mean level?',
    'bad.json: http: must be an object {…}, not []',
    'bad.json: providers.yahoo.base_url: must be a URL such as https://host.example/path, not "nowhere"',
    'bad.json: providers.yahoo.pace: is not a setting; known here: base_url, pace_ms',
    'bad.json: outptu_dir: is not a setting; did you mean output_dir?',
    expect.stringMatching(/^bad\.json: zzz: is not a setting; known here: output_dir, .*futures, stocks, forex$/),
  ]);
});

test('a misspelt class of instruments gets a suggestion', async () => {
  const cwd = folderWith({ 'config/config.json': { futurs: {} } });
  expect(await problemsOf(load(cwd))).toEqual(['config/config.json: futurs: is not a setting; did you mean futures?']);
});

test.each([
  [
    'a number where a list belongs',
    { formats: 1 },
    'formats: must be a list of at least 1, each one of csv, parquet, not 1',
  ],
  ['an empty list', { formats: [] }, 'formats: must be a list of at least 1, each one of csv, parquet, not []'],
  ['a format twice', { formats: ['csv', 'csv'] }, 'formats: must name each once; csv is there twice'],
  ['no provider at all', { default_provider: ' , ' }, 'default_provider: must name a provider: yahoo, broker'],
  ['null', { concurrency: null }, 'concurrency: must be a whole number from 1 to 64, not null'],
  ['a negative number', { settle_minutes: -1 }, 'settle_minutes: must be a whole number from 0 to 1440, not -1'],
  ['a number as text', { overlap_bars: '5' }, 'overlap_bars: must be a whole number from 0 to 100, not "5"'],
  [
    'an unknown period',
    { periods: ['1dd'] },
    'periods[0]: must be one of 1m, 5m, 15m, 30m, 1h, 1d, 1wk, 1mo, not "1dd"; did you mean 1d?',
  ],
  ['an empty folder', { output_dir: '' }, 'output_dir: must be text, not empty, not ""'],
])('%s is refused with what is allowed', async (_what, settings, line) => {
  const cwd = folderWith({ 'config/config.json': settings });
  expect(await problemsOf(load(cwd))).toEqual([`config/config.json: ${line}`]);
});

test('what comes from the environment or a flag is told by that name, without a path', async () => {
  const cwd = folderWith({ '.env': 'VORTEX_LOGGING_LEVEL=loud\nVORTEX_NOPE_NOT_HERE=1\n' });
  expect(await problemsOf(load(cwd, { env: { VORTEX_YAHOO_PACE_MS: 'soon', VORTEX_FORMATS: 'csv,xls' } }))).toEqual([
    'environment VORTEX_NOPE_NOT_HERE (.env): is not a setting; vortex config show lists what is known',
    'environment VORTEX_FORMATS: must be one of csv, parquet, not "xls"',
    'environment VORTEX_LOGGING_LEVEL (.env): must be one of fatal, error, warn, info, debug, trace, silent, not "loud"',
    'environment VORTEX_YAHOO_PACE_MS: must be a whole number, at least 0, not "soon"',
  ]);
});

test('a secret of the wrong kind is refused without being shown, a password in a URL is masked', async () => {
  const cwd = folderWith({
    'config/config.json': { password: 4711, providers: { yahoo: { base_url: ['https://me:hush@host'] } } },
  });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/config.json: password: must be text, not empty',
    'config/config.json: providers.yahoo.base_url: must be a URL such as https://host.example/path, not ["https://me:********@host"]',
  ]);
});

test('broken JSON is told with file, line and column', async () => {
  const cwd = folderWith({ 'config/config.json': '{\n  "concurrency": 4,\n  "formats": ["csv" "parquet"]\n}\n' });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/config.json: line 3, column 21: expected a comma or "]", found "\\""',
  ]);
});

test('a broken instruments file does not hide the problems of the settings', async () => {
  const cwd = folderWith({
    'config/config.json': { instruments: ['i.json'], concurrency: 0 },
    'config/i.json': '{"futures":',
  });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/i.json: line 1, column 12: expected a value, found the end of the file',
    'config/config.json: concurrency: must be a whole number from 1 to 64, not 0',
  ]);
});

test('a key that occurs twice is a warning, since the later one counts', async () => {
  const cwd = folderWith({ 'config/config.json': '{"stocks":{"SPY":{},\n"SPY":{"exchange":"ARCA"}}}' });
  const { warnings, instruments } = await load(cwd);
  expect(warnings).toEqual(['config/config.json: line 2, column 1: "SPY" occurs twice here; the later one counts']);
  expect(instruments.map(({ instrument }) => instrument.exchange)).toEqual(['ARCA']);
});

test.each([
  ['a list', '[]', 'must be an object {…}, not []'],
  ['a word', '"x"', 'must be an object {…}, not "x"'],
  ['nothing', '', 'line 1, column 1: expected a value, found the end of the file'],
  ['another encoding', Uint8Array.of(0xff, 0xfe, 0x7b, 0), 'is not UTF-8 text; save it as UTF-8'],
])('a file that holds %s is refused', async (_what, content, line) => {
  expect(await problemsOf(load(folderWith({ 'c.json': content }), { files: ['c.json'] }))).toEqual([`c.json: ${line}`]);
});

test('a folder where the file should be is told as that', async () => {
  const cwd = folderWith({ 'config/config.json/inside': 'x' });
  expect(await problemsOf(load(cwd))).toEqual(['config/config.json: is a folder, not a file']);
});

test('a byte order mark and $schema are accepted', async () => {
  const cwd = folderWith({ 'config/config.json': '\uFEFF{"$schema":"./vortex.schema.json","concurrency":2}' });
  expect((await load(cwd)).settings.concurrency).toBe(2);
});

test('keys that stand for a prototype change nothing and are refused', async () => {
  const cwd = folderWith({
    'config/config.json': '{"__proto__":{"dry_run":true},"logging":{"__proto__":{"level":"trace"}},"constructor":{}}',
  });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/config.json: __proto__: is not allowed as a key',
    'config/config.json: logging.__proto__: is not allowed as a key',
    expect.stringMatching(/^config\/config\.json: constructor: is not a setting; known here: /),
  ]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});
