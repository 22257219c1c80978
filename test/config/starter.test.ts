import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from '../../src/market/catalogue.ts';
import { PROVIDER_OPTIONS } from '../../src/providers/registry.ts';
import { folderWith, load } from './workspace.ts';

const shipped = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

const starter = (): string =>
  folderWith({
    'config/config.json': shipped('config/config.json'),
    'config/instruments.json': shipped('config/instruments.json'),
    '.env': shipped('.env.example'),
  });

test('the shipped starter files and the example environment load as they are', async () => {
  const { settings, instruments, warnings } = await load(starter(), { providerOptions: PROVIDER_OPTIONS });
  expect(settings.formats).toEqual(['csv']);
  expect(settings.default_provider).toBe('yahoo');
  expect(instruments.map(({ instrument }) => instrument.id)).toEqual([
    'GOLD',
    'CRUDE_W',
    'CORN',
    'SP500',
    'EUR',
    'SPY',
    'AAPL',
    'BRK-B',
    'EURUSD',
    'GBPUSD',
  ]);
  expect(warnings).toEqual([]);
});

test('the futures of the starter file are those of the catalogue', async () => {
  const { instruments } = await load(starter(), { providerOptions: PROVIDER_OPTIONS });
  const futures = instruments.map(({ instrument }) => instrument).filter((instrument) => instrument.class === 'future');
  expect(futures.map(({ code, cycle }) => ({ code, cycle }))).toEqual(
    futures.map(({ id }) => ({ code: catalogue().get(id)?.barchartRoot, cycle: catalogue().get(id)?.cycle })),
  );
});

test('the example environment names what people look for, each with an explanation above it', () => {
  const lines = shipped('.env.example').split('\n');
  for (const name of ['OUTPUT_DIR', 'LOGGING_LEVEL', 'DRY_RUN', 'USERNAME', 'PASSWORD', 'BACKUP_DATA']) {
    const at = lines.findIndex((line) => line.startsWith(`VORTEX_${name}=`));
    expect(at).toBeGreaterThan(0);
    expect(lines[at - 1]).toMatch(/^# \w/);
  }
});
