import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { csvRows, dataFiles, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';

/** Nothing but loopback can be reached. */
const OFFLINE = { HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' };
const contracts = z.object({ contracts: z.array(z.object({ instrument: z.string(), month: z.string() })) });

it('the demo makes the files of all its series without a network, and the second time it changes none', async () => {
  const cwd = temporaryFolder();
  const now = ['--now', '2024-07-03T06:00:00Z'];
  const first = await vortex(['demo', '-o', 'demo', '--json', ...now], { cwd, env: OFFLINE });
  expect(first.code).toBe(0);
  const report = readReport(first.stdout);
  expect(report.series).toMatchObject({ planned: report.results.length, updated: report.results.length, failed: 0 });

  const wish = ['GOLD', 'CRUDE_W', '--start', '2023-07-03', '--json', ...now];
  const resolved = contracts.parse(JSON.parse((await vortex(['instruments', 'resolve', ...wish], { cwd })).stdout));
  const ofContracts = resolved.contracts.map(({ instrument, month }) => {
    return `futures/1d/${instrument}/${instrument}_${month.replace('-', '')}00`;
  });
  const others = ['stocks/1d/SPY', 'stocks/1d/AAPL', 'stocks/1d/BTC-USD', 'forex/1d/EURUSD', 'forex/1d/USDJPY'];
  const listed = report.results.map(({ series }) => series);
  expect(listed).toEqual(expect.arrayContaining(others));
  expect(ofContracts).toEqual(expect.arrayContaining(listed.filter((series) => series.startsWith('futures/'))));

  const data = join(cwd, 'demo');
  expect(dataFiles(data)).toEqual(listed.flatMap((series) => [`${series}.csv`, `${series}.parquet`]).sort());
  for (const { series, added } of report.results) expect(csvRows(join(data, `${series}.csv`))).toHaveLength(added);

  const before = identities(data);
  const again = await vortex(['demo', '-o', 'demo', '--json', ...now], { cwd, env: OFFLINE });
  expect(again.code).toBe(0);
  expect(readReport(again.stdout)).toMatchObject({ requests: 0, bars: { added: 0, revised: 0 } });
  expect(identities(data)).toEqual(before);
});

it('the demo of today says where the files are, that they are made up, and how to go on', async () => {
  const cwd = temporaryFolder();
  const { code, stdout, stderr } = await vortex(['demo'], { cwd, env: OFFLINE });
  expect(code).toBe(0);
  expect(stderr).toContain('made up');
  expect(stdout).toContain('data/demo');
  expect(stdout).toContain('vortex download');
  expect(dataFiles(join(cwd, 'data/demo')).length).toBeGreaterThan(20);
});
