import { it } from 'vitest';
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { loadSettings } from '../../src/config/load.ts';
import { settingsJsonSchema } from '../../src/config/json-schema.ts';
const providerOptions = { yahoo: z.strictObject({ base_url: z.url().default('https://a.b'), pace_ms: z.int().min(0).default(5) }), sandbox: z.strictObject({ base_url: z.url().optional(), password: z.string().optional().meta({ secret: true }) }) };
it('tries', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'cfg-'));
  writeFileSync(join(cwd, 'a.json'), JSON.stringify({ concurrency: 'abc', formats: ['csv', 'xml', 'csv'], outptu_dir: 3, logging: { level: 'inf' }, backup_data: true, default_provider: 'yaho', providers: { yahoo: { base_url: 'x', pac_ms: 4 } }, days_count: -1, max_requests: 1.5, future: { '../../etc/passwd': {}, 'R$': { code: 'a/b', cycle: 'HB', periods: '1d,1q', tick_date: '2024-13-01', timezone: 'Mars', symbols: { yaho: 'x' }, multiplier: -1, currency: 'x' } , gold: {periods: ['1d','1dd']}, GOLD: {}}, stocks: { SPY: { cycle: 'H' , periods: 5} }, password: 5, http: [] }));
  const r = await loadSettings({ files: ['a.json', 'no.json'], env: { VORTEX_YAHO_PACE_MS: '5', VORTEX_DRY_RUN: 'maybe', VORTEX_PASSWORD_FILE: 'nope' }, cwd, providerOptions, flags: [{ path: 'concurrency', flag: '--concurrency', value: '500' }] }).catch((e) => e.message);
  console.log(r);
  console.log(JSON.stringify(settingsJsonSchema(providerOptions), null, 1).slice(0, 9000));
  console.log(await loadSettings({ env: {}, cwd: process.cwd(), providerOptions }));
});
