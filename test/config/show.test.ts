import { expect, test } from 'vitest';
import { settingRows } from '../../src/config/show.ts';
import { folderWith, load, STAND_INS } from './workspace.ts';

test('each setting has a row in the order of the schema, with where it came from', async () => {
  const loaded = await load(folderWith({ 'config/config.json': { concurrency: 2 } }));
  const rows = settingRows(loaded, STAND_INS);
  expect(rows.slice(0, 3).map((row) => row.key)).toEqual(['output_dir', 'formats', 'default_provider']);
  expect(rows.map((row) => row.key)).toEqual([...loaded.sources.keys()]);
  expect(rows.find((row) => row.key === 'concurrency')).toEqual({
    key: 'concurrency',
    value: 2,
    source: 'file config/config.json',
  });
  expect(rows.find((row) => row.key === 'formats')).toEqual({ key: 'formats', value: ['csv'], source: 'default' });
  expect(rows.find((row) => row.key === 'max_requests')).toEqual({
    key: 'max_requests',
    value: null,
    source: 'default',
  });
});

test('no secret is shown, whichever way it came, nor a password within a URL', async () => {
  const cwd = folderWith({ 'config/config.json': { password: 'in-the-file' }, pw: 'from-a-secret-file\n' });
  const loaded = await load(cwd, {
    env: {
      VORTEX_USERNAME: 'in-the-environment',
      VORTEX_BROKER_PASSWORD_FILE: 'pw',
      VORTEX_YAHOO_BASE_URL: 'https://me:in-the-url@host.example/x',
    },
    flags: [{ path: 'default_provider', flag: '--provider', value: 'broker' }],
  });
  const rows = settingRows(loaded, STAND_INS);
  const text = JSON.stringify(rows);
  for (const secret of ['in-the-file', 'in-the-environment', 'from-a-secret-file', 'in-the-url']) {
    expect(text).not.toContain(secret);
  }
  expect(rows.find((row) => row.key === 'providers.broker.username')?.value).toBe('********');
  expect(rows.find((row) => row.key === 'providers.broker.password')).toEqual({
    key: 'providers.broker.password',
    value: '********',
    source: 'secret file pw',
  });
  expect(rows.find((row) => row.key === 'providers.yahoo.base_url')?.value).toBe('https://me:********@host.example/x');
  expect([...loaded.secrets].sort()).toEqual(['from-a-secret-file', 'in-the-environment', 'in-the-file']);
});
