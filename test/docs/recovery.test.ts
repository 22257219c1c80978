import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { startChild } from '../support/child.ts';
import { temporaryFolder } from '../support/folder.ts';
import { programPath } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

it('the commands of the recovery page do what it says, from the first to the last', async () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/recovery.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  const cwd = temporaryFolder();
  const { env } = await standIn('2024-07-03T06:00:00Z');
  mkdirSync(join(cwd, 'config'));
  const settings = { default_provider: 'yahoo', stocks: { SPY: { start_date: '2024-06-03' } } };
  writeFileSync(join(cwd, 'config/config.json'), JSON.stringify(settings));
  const exports = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  const vortex = `vortex() { '${process.execPath}' '${programPath()}' "$@" --now 2024-07-03T06:00:00Z; }`;
  const script = [...exports, vortex, `cd '${cwd}'`, 'vortex download', ...blocks].join('\n');
  const { code, stdout, stderr } = await startChild('/bin/sh', ['-e', '-c', script]).ended;
  expect({ code, stderr: code === 0 ? '' : stderr.slice(-2000) }).toEqual({ code: 0, stderr: '' });
  expect(stdout.match(/all read again and right/g)).toHaveLength(2);
  expect(stdout.match(/1 series checked: nothing is wrong/g)).toHaveLength(3);
  const same = spawnSync('cmp', [join(cwd, 'data/stocks/1d/SPY.csv'), join(cwd, 'restored/stocks/1d/SPY.csv')]);
  expect(same.status).toBe(0);
}, 60_000);
