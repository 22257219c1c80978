import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, load, problemsOf } from './workspace.ts';

test('without any configuration every setting has the default of the specification', async () => {
  const cwd = folderWith();
  const { settings, instruments, sources, files, warnings } = await load(cwd);
  expect(settings).toEqual({
    output_dir: join(cwd, 'data'),
    failover: { mix: false, on_allowance: false },
    closures: {},
    formats: ['csv'],
    default_provider: 'yahoo',
    dry_run: false,
    backup_data: false,
    backup: {
      engine: 'tar',
      raw: true,
      s3: { region: 'us-east-1', path_style: false },
      restic: {},
      keep_days: 30,
      keep_last: 7,
      keep_weekly: 0,
      keep_monthly: 0,
    },
    raw_archive: true,
    retention: { runs: 90 },
    periods: ['1d'],
    concurrency: 8,
    overlap_bars: 5,
    settle_minutes: 15,
    suspect_days: 30,
    stale: { warn_sessions: 3, fail_sessions: 5 },
    extended_hours: false,
    logging: { level: 'info', format: 'auto', file_max_mb: 10, file_count: 5 },
    serve: {
      host: '127.0.0.1',
      port: 8080,
      timezone: 'UTC',
      jitter_seconds: 0,
      catch_up: false,
      grace_seconds: 8,
    },
    metrics: {},
    http: { connect_timeout_ms: 10_000, idle_timeout_ms: 20_000, timeout_ms: 30_000, max_body_mb: 64 },
    providers: { yahoo: { base_url: 'https://quotes.example', pace_ms: 500 }, broker: {} },
    instruments: [],
  });
  expect([instruments, files, warnings]).toEqual([[], [], []]);
  expect(new Set(sources.values())).toEqual(new Set(['default']));
});

test('a flag wins over the environment, the environment over the later file, the later file over the earlier, that over the default', async () => {
  const cwd = folderWith({
    'one.json': { concurrency: 1, overlap_bars: 1, settle_minutes: 1, max_requests: 1 },
    'two.json': { concurrency: 2, overlap_bars: 2, settle_minutes: 2 },
  });
  const { settings, sources } = await load(cwd, {
    files: ['one.json', 'two.json'],
    env: { VORTEX_CONCURRENCY: '3', VORTEX_OVERLAP_BARS: '3' },
    flags: [{ path: 'concurrency', flag: '--concurrency', value: '4' }],
  });
  const { concurrency, overlap_bars, settle_minutes, max_requests } = settings;
  expect({ concurrency, overlap_bars, settle_minutes, max_requests }).toEqual({
    concurrency: 4,
    overlap_bars: 3,
    settle_minutes: 2,
    max_requests: 1,
  });
  expect(sources.get('concurrency')).toBe('flag --concurrency');
  expect(sources.get('overlap_bars')).toBe('environment VORTEX_OVERLAP_BARS');
  expect(sources.get('settle_minutes')).toBe('file two.json');
  expect(sources.get('max_requests')).toBe('file one.json');
  expect(sources.get('dry_run')).toBe('default');
});

test('a later file adds to the objects of an earlier one and replaces its lists', async () => {
  const cwd = folderWith({
    'one.json': { logging: { level: 'debug' }, formats: ['csv', 'parquet'], futures: { GOLD: { code: 'GC' } } },
    'two.json': { logging: { format: 'json' }, formats: ['parquet'], futures: { GOLD: { cycle: 'GJMQVZ' } } },
  });
  const { settings, instruments } = await load(cwd, { files: ['one.json', 'two.json'] });
  expect(settings.logging).toMatchObject({ level: 'debug', format: 'json' });
  expect(settings.formats).toEqual(['parquet']);
  expect(instruments.map(({ instrument }) => instrument)).toEqual([
    { class: 'future', id: 'GOLD', code: 'GC', cycle: 'GJMQVZ' },
  ]);
});

test('the default file is read when no file is named, and not otherwise', async () => {
  const cwd = folderWith({ 'config/config.json': { concurrency: 2 }, 'mine.json': {} });
  expect((await load(cwd)).settings.concurrency).toBe(2);
  expect((await load(cwd)).files).toEqual([join('config', 'config.json')]);
  expect((await load(cwd, { files: ['mine.json'] })).settings.concurrency).toBe(8);
});

test('a file that was named and is not there is a problem', async () => {
  expect(await problemsOf(load(folderWith(), { files: ['gone.json'] }))).toEqual(['gone.json: no such file']);
});

test('a relative data folder counts from the working directory, in a file elsewhere too', async () => {
  const cwd = folderWith({ 'etc/deep/config.json': { output_dir: 'bars' } });
  expect((await load(cwd, { files: ['etc/deep/config.json'] })).settings.output_dir).toBe(resolve(cwd, 'bars'));
});

test('flags take lists at the commas or one by one, and a flag that was not given changes nothing', async () => {
  const cwd = folderWith({ 'a.json': {}, 'b.json': {} });
  const { settings } = await load(cwd, {
    flags: [
      { path: 'formats', flag: '--format', value: 'csv,parquet' },
      { path: 'instruments', flag: '--instruments', value: ['a.json', 'b.json'] },
      { path: 'dry_run', flag: '--dry-run', value: true },
      { path: 'logging.level', flag: '--log-level', value: undefined },
    ],
  });
  expect(settings.formats).toEqual(['csv', 'parquet']);
  expect(settings.instruments).toEqual([join(cwd, 'a.json'), join(cwd, 'b.json')]);
  expect([settings.dry_run, settings.logging.level]).toEqual([true, 'info']);
});

test('files named by a flag replace those of the settings and win over instruments within them', async () => {
  const cwd = folderWith({
    'config/config.json': {
      instruments: ['listed.json'],
      stocks: { SPY: { exchange: 'within' }, QQQ: { exchange: 'within' } },
    },
    'config/listed.json': { stocks: { SPY: { exchange: 'listed' }, DIA: {} } },
    'flag.json': { stocks: { SPY: { exchange: 'flag' } } },
  });
  const venues = async (flags: { path: string; flag: string; value: string[] }[]): Promise<unknown> =>
    Object.fromEntries(
      (await load(cwd, { flags })).instruments.map(({ instrument }) => [instrument.id, instrument.exchange]),
    );
  expect(await venues([])).toEqual({ SPY: 'within', DIA: undefined, QQQ: 'within' });
  expect(await venues([{ path: 'instruments', flag: '--instruments', value: ['flag.json'] }])).toEqual({
    SPY: 'flag',
    QQQ: 'within',
  });
});
