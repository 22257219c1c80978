import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingsJsonSchema } from '../../src/config/json-schema.ts';
import { valueAt } from '../../src/config/layers.ts';
import { PROVIDER_OPTIONS } from '../../src/providers/registry.ts';
import { obeys } from './json-schema-check.ts';
import { folderWith, load, problemsOf, STAND_INS } from './workspace.ts';

const shipped = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8'));

const GOOD: Readonly<Record<string, object>> = {
  'nothing at all': {},
  'the example of the specification': {
    $schema: './vortex.schema.json',
    output_dir: '/data',
    formats: ['csv', 'parquet'],
    default_provider: 'yahoo',
    futures: { GOLD: { code: 'GC', cycle: 'GJMQVZ' } },
    stocks: { SPY: {} },
    forex: { EURUSD: {} },
  },
  'instruments of the older tool': {
    future: { AUD: { code: 'A6', cycle: 'HMUZ', tick_date: '2009-11-24', periods: '1d,1h' } },
    stock: { R$: { code: 'Y.', start_date: '2009-11-24T00:00:00' } },
  },
  'a list of providers': { default_provider: 'yahoo, broker', providers: { yahoo: { pace_ms: 0 } } },
};

const WRONG: Readonly<Record<string, object>> = {
  'an unknown key': { outptu_dir: 'x' },
  'an unknown format': { formats: ['xml'] },
  'a format twice': { formats: ['csv', 'csv'] },
  'a number out of bounds': { concurrency: 65 },
  'a number that is not whole': { overlap_bars: 1.5 },
  'an unknown provider': { default_provider: 'yaho' },
  'a setting that no provider has': { providers: { yahoo: { pace: 1 } } },
  'a bad cycle': { futures: { GOLD: { cycle: 'GB' } } },
  'a path as an id': { stocks: { '../../etc/passwd': {} } },
  'a path as a code': { stocks: { SPY: { code: '../x' } } },
  'both words for futures': { future: {}, futures: {} },
};

test.each(Object.entries(GOOD))('the JSON Schema and the program both accept %s', async (_what, content) => {
  expect(obeys(settingsJsonSchema(STAND_INS), content)).toBe(true);
  expect(await problemsOf(load(folderWith({ 'config/config.json': content })))).toEqual([]);
});

test.each(Object.entries(WRONG))('the JSON Schema and the program both refuse %s', async (_what, content) => {
  expect(obeys(settingsJsonSchema(STAND_INS), content)).toBe(false);
  expect(await problemsOf(load(folderWith({ 'config/config.json': content })))).toHaveLength(1);
});

// After a change of the settings: npx vitest run test/config/json-schema.test.ts -u
test('the shipped schema is the one made of the providers there are', async () => {
  const text = `${JSON.stringify(settingsJsonSchema(PROVIDER_OPTIONS), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../config/vortex.schema.json');
});

test('the shipped starter files obey the shipped schema', () => {
  expect(obeys(shipped('vortex.schema.json'), shipped('config.json'))).toBe(true);
  expect(obeys(shipped('vortex.schema.json'), shipped('instruments.json'))).toBe(true);
});

test('descriptions and bounds stand in the schema, secrets are marked as write-only', () => {
  const schema = settingsJsonSchema(STAND_INS);
  expect(valueAt(schema, ['properties', 'concurrency'])).toEqual({
    description: 'Series worked on at the same time, 1 to 64',
    default: 8,
    type: 'integer',
    minimum: 1,
    maximum: 64,
  });
  expect(valueAt(schema, ['properties', 'password', 'writeOnly'])).toBe(true);
  expect(JSON.stringify(schema)).not.toContain('"secret"');
});
