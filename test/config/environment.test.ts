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
