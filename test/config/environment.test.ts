import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentName, environmentNames } from '../../src/config/environment.ts';
import { settingKeys } from '../../src/config/schema-keys.ts';
import { settingsSchema } from '../../src/config/settings.ts';
import { PROVIDER_OPTIONS } from '../../src/providers/registry.ts';
import { folderWith, load, problemsOf, STAND_INS } from './workspace.ts';

test('names are made of the path in capitals, providers left out', () => {
  expect(environmentName(['output_dir'])).toBe('VORTEX_OUTPUT_DIR');
  expect(environmentName(['logging', 'level'])).toBe('VORTEX_LOGGING_LEVEL');
  expect(environmentName(['providers', 'yahoo', 'base_url'])).toBe('VORTEX_YAHOO_BASE_URL');
});

test('no two settings of the program share a name, and each has a description', () => {
  const keys = settingKeys(settingsSchema(PROVIDER_OPTIONS));
  expect(environmentNames(settingsSchema(PROVIDER_OPTIONS)).size).toBe(keys.length);
  expect(keys.filter((key) => key.description === '').map((key) => key.keys.join('.'))).toEqual([]);
});

test('numbers, booleans and lists are read from text', async () => {
  const env = {
    VORTEX_DRY_RUN: 'Yes',
    VORTEX_EXTENDED_HOURS: '1',
    VORTEX_BACKUP_DATA: 'no',
    VORTEX_FORMATS: 'csv, parquet,',
    VORTEX_PERIODS: '1h',
    VORTEX_MAX_REQUESTS: ' 12 ',
    VORTEX_YAHOO_PACE_MS: '0',
    VORTEX_DEFAULT_PROVIDER: 'yahoo, broker',
  };
  const { settings } = await load(folderWith(), { env });
  expect(settings).toMatchObject({
    dry_run: true,
    extended_hours: true,
    backup_data: false,
    formats: ['csv', 'parquet'],
    periods: ['1h'],
    max_requests: 12,
    default_provider: 'yahoo, broker',
    providers: { yahoo: { pace_ms: 0 } },
  });
});

test.each(['0x10', '1_000', 'Infinity', 'NaN', '5 bars', '-'])('the text %s is no number', async (text) => {
  expect(await problemsOf(load(folderWith(), { env: { VORTEX_OVERLAP_BARS: text } }))).toEqual([
    `environment VORTEX_OVERLAP_BARS: must be a whole number from 0 to 100, not ${JSON.stringify(text)}`,
  ]);
});

test('an empty value counts as not set', async () => {
  const cwd = folderWith({ 'config/config.json': { concurrency: 2 }, '.env': 'VORTEX_DRY_RUN=true\n' });
  const { settings } = await load(cwd, { env: { VORTEX_CONCURRENCY: '', VORTEX_DRY_RUN: '', VORTEX_UNKNOWN: '' } });
  expect([settings.concurrency, settings.dry_run]).toEqual([2, true]);
});

test('.env counts as environment, and the real environment wins over it', async () => {
  const cwd = folderWith({
    '.env': '# mine\nVORTEX_CONCURRENCY=2\nVORTEX_OVERLAP_BARS=2\nHTTPS_PROXY="http://proxy:3128"\n',
  });
  const { settings, sources, proxy } = await load(cwd, { env: { VORTEX_CONCURRENCY: '3' } });
  expect([settings.concurrency, settings.overlap_bars]).toEqual([3, 2]);
  expect(sources.get('concurrency')).toBe('environment VORTEX_CONCURRENCY');
  expect(sources.get('overlap_bars')).toBe('environment VORTEX_OVERLAP_BARS (.env)');
  expect(proxy).toEqual({ httpsProxy: 'http://proxy:3128' });
});

test('.env.local is read after .env and wins over it; the real environment wins over both', async () => {
  const cwd = folderWith({
    '.env': 'VORTEX_CONCURRENCY=2\nVORTEX_OVERLAP_BARS=2\nVORTEX_SETTLE_MINUTES=2\n',
    '.env.local': 'VORTEX_CONCURRENCY=3\nVORTEX_OVERLAP_BARS=3\n',
  });
  const { settings, sources } = await load(cwd, { env: { VORTEX_CONCURRENCY: '4' } });
  expect([settings.concurrency, settings.overlap_bars, settings.settle_minutes]).toEqual([4, 3, 2]);
  expect(sources.get('overlap_bars')).toBe('environment VORTEX_OVERLAP_BARS (.env.local)');
  expect(sources.get('settle_minutes')).toBe('environment VORTEX_SETTLE_MINUTES (.env)');
});

test('blanks and line ends around a value are no part of it, and what is nothing else is not set', async () => {
  const env = {
    VORTEX_OUTPUT_DIR: ' /data\r\n',
    VORTEX_DEFAULT_PROVIDER: 'yahoo\r',
    VORTEX_LOGGING_LEVEL: 'WARN\r',
    VORTEX_FORMATS: 'CSV,Parquet\r',
    VORTEX_BACKUP_DATA: '\r',
    VORTEX_PASSWORD: ' hush\r',
    HTTPS_PROXY: 'http://proxy:3128\r',
  };
  const { settings, proxy } = await load(folderWith(), { env });
  expect(settings).toMatchObject({
    output_dir: '/data',
    default_provider: 'yahoo',
    logging: { level: 'warn' },
    formats: ['csv', 'parquet'],
    backup_data: false,
    password: 'hush',
  });
  expect(proxy).toEqual({ httpsProxy: 'http://proxy:3128' });
});

test('a flag takes a word in capitals too, a settings file as it is written', async () => {
  const flags = [{ path: 'logging.level', flag: '--log-level', value: 'Debug' }];
  expect((await load(folderWith(), { flags })).settings.logging.level).toBe('debug');
  const cwd = folderWith({ 'config/config.json': { logging: { level: 'INFO' } } });
  expect(await problemsOf(load(cwd))).toEqual([expect.stringMatching(/logging\.level: must be .*did you mean info/)]);
});

test.each([
  ['"/data"', '"\\"/data\\"" has quotes around it (docker --env-file keeps them); write it without'],
  ["'/data'", '"\'/data\'" has quotes around it (docker --env-file keeps them); write it without'],
  [
    '/da\u0007ta',
    '"/da\\u0007ta" holds a control character, often the line end of a file that Windows wrote; delete it',
  ],
  [
    's3://bucket/prices',
    '"s3://bucket/prices" is an address; the data folder is a folder of this machine (a mounted volume, too), so write a path without s3://',
  ],
  [
    'FILE:///data',
    '"FILE:///data" is an address; the data folder is a folder of this machine (a mounted volume, too), so write a path without FILE://',
  ],
])('%s is no data folder, wherever it stands', async (path, fault) => {
  const cwd = folderWith({ 'mine.json': { output_dir: path } });
  const flags = [{ path: 'output_dir', flag: '--output-dir', value: path }];
  expect(await problemsOf(load(cwd, { flags }))).toEqual([`flag --output-dir: ${fault}`]);
  expect(await problemsOf(load(cwd, { env: { VORTEX_OUTPUT_DIR: path } }))).toEqual([
    `environment VORTEX_OUTPUT_DIR: ${fault}`,
  ]);
  expect(await problemsOf(load(cwd, { files: ['mine.json'] }))).toEqual([`mine.json: output_dir: ${fault}`]);
});

test('no other path has quotes or control characters either; a bucket may be the target of backups', async () => {
  const env = { VORTEX_LOGGING_FILE: "'v.log'", VORTEX_METRICS_FILE: '"m.prom"', VORTEX_BACKUP_TARGET: "'b'" };
  expect(await problemsOf(load(folderWith(), { env }))).toEqual([
    expect.stringContaining('VORTEX_BACKUP_TARGET: '),
    expect.stringContaining('VORTEX_LOGGING_FILE: '),
    expect.stringContaining('VORTEX_METRICS_FILE: '),
  ]);
  const bucket = await load(folderWith(), { env: { VORTEX_BACKUP_TARGET: 's3://bucket/x' } });
  expect(bucket.settings.backup.target).toBe('s3://bucket/x');
});

test('a folder called .env is passed over with a warning', async () => {
  expect((await load(folderWith({ '.env/bin/python': '' }))).warnings).toEqual([
    '.env: is a folder, not a file; it is not used',
  ]);
});

test('what Kubernetes injects for services called vortex is ignored', async () => {
  const env = {
    VORTEX_SERVICE_HOST: '10.0.0.1',
    VORTEX_SERVICE_PORT: '8080',
    VORTEX_SERVE_SERVICE_PORT_HTTP: '8080',
    VORTEX_PORT: 'tcp://10.0.0.1:8080',
    VORTEX_SERVE_PORT: 'tcp://10.0.0.1:8080',
    VORTEX_SERVE_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
    VORTEX_SERVE_PORT_8080_TCP_PROTO: 'tcp',
    VORTEX_SERVE_PORT_8080_TCP_PORT: '8080',
    VORTEX_SERVE_PORT_8080_TCP_ADDR: '10.0.0.1',
    VORTEX_PUSH_SERVICE_HOST: '10.0.0.2',
    VORTEX_PUSH_SERVICE_PORT_METRICS: '9091',
    VORTEX_PUSH_PORT: 'tcp://10.0.0.2:9091\r',
  };
  expect(await problemsOf(load(folderWith(), { env }))).toEqual([]);
  expect(await problemsOf(load(folderWith(), { env: { VORTEX_PORT: '8080' } }))).toHaveLength(1);
});

test('a secret is read from a file, one trailing newline cut', async () => {
  const cwd = folderWith({ 'secrets/pw': ' hunter 2 \n', 'secrets/dos': 'user\r\n' });
  const { settings, sources, secrets } = await load(cwd, {
    env: { VORTEX_PASSWORD_FILE: 'secrets/pw', VORTEX_BROKER_USERNAME_FILE: join(cwd, 'secrets/dos') },
  });
  expect(settings.password).toBe(' hunter 2 ');
  expect(settings.providers).toMatchObject({ broker: { username: 'user' } });
  expect(sources.get('password')).toBe(`secret file ${join('secrets', 'pw')}`);
  expect([...secrets].sort()).toEqual([' hunter 2 ', 'user']);
});

test('a secret given twice, a secret file that is gone and an empty one are problems that name the variable', async () => {
  const cwd = folderWith({ pw: 'x', empty: '\n' });
  const env = {
    VORTEX_PASSWORD: 'direct',
    VORTEX_PASSWORD_FILE: 'pw',
    VORTEX_USERNAME_FILE: 'gone',
    VORTEX_BROKER_PASSWORD_FILE: 'empty',
    VORTEX_OUTPUT_DIR_FILE: 'pw',
  };
  expect(await problemsOf(load(cwd, { env }))).toEqual([
    'environment VORTEX_PASSWORD_FILE: VORTEX_PASSWORD is set too; set one of the two',
    'environment VORTEX_USERNAME_FILE: gone: no such file',
    'environment VORTEX_BROKER_PASSWORD_FILE: empty: is empty; it must hold the secret and nothing else',
    'environment VORTEX_OUTPUT_DIR_FILE: is not a setting; did you mean VORTEX_OUTPUT_DIR?',
  ]);
});

test('the general credentials go to the first selected provider that takes some, where it has none of its own', async () => {
  const cwd = folderWith({ 'own.json': { providers: { broker: { username: 'own' } } } });
  const env = { VORTEX_USERNAME: 'general', VORTEX_PASSWORD: 'hush' };
  const flags = [{ path: 'default_provider', flag: '--provider', value: 'yahoo,broker' }];
  const brokerOf = async (request: object): Promise<unknown> =>
    (await load(cwd, { env, ...request })).settings.providers['broker'];
  expect(await brokerOf({ flags })).toEqual({ username: 'general', password: 'hush' });
  expect(await brokerOf({ flags, files: ['own.json'] })).toEqual({ username: 'own', password: 'hush' });
  expect(await brokerOf({})).toEqual({});
  const { sources } = await load(cwd, { env, flags });
  expect(sources.get('providers.broker.password')).toBe('environment VORTEX_PASSWORD');
});

test('proxies are read in either case, and their passwords count as secrets', async () => {
  const env = {
    https_proxy: 'http://me:p%40ss@proxy:3128',
    HTTP_PROXY: 'http://plain:3128',
    NO_PROXY: 'localhost',
    NO_COLOR: '1',
  };
  const { proxy, secrets, noColor } = await load(folderWith(), { env });
  expect(proxy).toEqual({
    httpProxy: 'http://plain:3128',
    httpsProxy: 'http://me:p%40ss@proxy:3128',
    noProxy: 'localhost',
  });
  expect(secrets).toEqual(['p%40ss', 'p@ss']);
  expect([noColor, (await load(folderWith())).noColor]).toEqual([true, false]);
});

test('every setting of the schema can be named in the environment', () => {
  const names = [...environmentNames(settingsSchema(STAND_INS)).keys()];
  expect(names).toContain('VORTEX_INSTRUMENTS');
  expect(names).toContain('VORTEX_HTTP_TIMEOUT_MS');
  expect(names).not.toContain('VORTEX_FUTURES');
});
