import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { loadContext } from '../../src/cli/context.ts';
import { ServeRuns } from '../../src/cli/serve-runs.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { accountName, AllowanceLedger } from '../../src/store/allowance-ledger.ts';
import { temporaryFolder } from '../support/folder.ts';

it('the allowance of a new day is told though no run has been made on it', async () => {
  const outputDir = join(temporaryFolder(), 'data');
  const flags = { outputDir, now: '2024-07-03T18:00:00Z' };
  const silent = { out: () => undefined, err: () => undefined, isTerminal: false, columns: 80 };
  const provider = { path: 'default_provider', flag: '--provider', value: 'barchart' };
  const user = { path: 'providers.barchart.username', flag: '--user', value: 'me' };
  const context = await loadContext(flags, [provider, user], silent);
  const day = Date.parse('2024-07-03T00:00:00Z');
  const ledger = new AllowanceLedger(outputDir, 'barchart', accountName('me'), day, 'run');
  for (let count = 0; count < 3; count += 1) await ledger.spend(false, 250);
  let now = Date.parse('2024-07-03T18:00:00Z');
  const runs = new ServeRuns({ symbols: [], flags }, context, new Metrics('1'), pino({ enabled: false }), () => now);
  await runs.look();
  expect(runs.facts?.allowance).toEqual([{ provider: 'barchart', used: 3, limit: 250 }]);
  now += 86_400_000;
  await runs.look();
  expect(runs.facts?.allowance).toEqual([{ provider: 'barchart', used: 0, limit: 250 }]);
});
