import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contents, dataFiles, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

/** Downloads at a time while the source's clock stands at another one. */
async function download(cwd: string, source: string, now: string, sandbox: Awaited<ReturnType<typeof standIn>>) {
  await sandbox.change({ now: source });
  const args = ['download', 'SPY', 'KO', '--period', '1d,1h', '--start', '2024-05-01', '-p', 'yahoo', '--now', now];
  return vortex(args, { cwd, env: sandbox.env });
}

it('a series cut at the clock of its source is made again byte for byte, also as of a day', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-12T15:00:00Z');
  // By the source's clock the session of the 12th is not over, and the hour that began at 14:30 is not either.
  await download(cwd, '2024-06-12T15:00:00Z', '2024-06-14T22:00:00Z', sandbox);
  const data = join(cwd, 'data');
  const first = contents(data);
  expect(readFileSync(join(data, 'stocks/1d/SPY.csv'), 'utf8')).toMatch(/\n2024-06-11,[^\n]*\n$/);
  expect(readFileSync(join(data, 'stocks/1h/SPY.csv'), 'utf8')).toMatch(/\n2024-06-12T13:30:00Z,[^\n]*\n$/);
  await download(cwd, '2024-06-18T22:00:00Z', '2024-06-18T22:00:00Z', sandbox);
  const second = contents(data);
  for (const path of dataFiles(data)) rmSync(join(data, path));
  const rebuilt = await vortex(['rebuild'], { cwd });
  expect({ code: rebuilt.code, files: contents(data) }).toEqual({ code: 0, files: second });
  const asOf = await vortex(['rebuild', '--as-of', '2024-06-15', '--to', join(cwd, 'then')], { cwd });
  expect(asOf.code).toBe(0);
  expect(contents(join(cwd, 'then'))['stocks/1d/SPY.csv']).toEqual(first['stocks/1d/SPY.csv']);
});

it.each(['{"schema":1,', '[]', '{"schema":1,"exchanges":{"XNYS":{"silent":["soon"]}}}'])(
  'notes on exchanges that hold %s cost no more than a question',
  async (text) => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-06-12T22:00:00Z');
    await download(cwd, '2024-06-12T22:00:00Z', '2024-06-12T22:00:00Z', sandbox);
    writeFileSync(join(cwd, 'data/.vortex/exchanges.json'), text);
    const { code } = await download(cwd, '2024-06-13T22:00:00Z', '2024-06-13T22:00:00Z', sandbox);
    expect(code).toBe(0);
  },
);
