import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openLog } from '../../src/cli/log.ts';
import { Redactor } from '../../src/http/redact.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const line = z.looseObject({ level: z.number(), time: z.number(), run: z.string(), msg: z.string() });

it('the log file has the lines of stderr, each with the run, requests with their job; a second run adds to it', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const env = { ...sandbox.env, VORTEX_LOGGING_FILE: 'logs/vortex.log', VORTEX_LOGGING_LEVEL: 'debug' };
  const args = ['download', 'SPY', '--start', '2024-06-03', '--now', NOW, '--force'];
  const first = await vortex(args, { cwd, env });
  const read = () => readFileSync(join(cwd, 'logs/vortex.log'), 'utf8');
  expect(
    first.stderr
      .split('\n')
      .filter((text) => text.startsWith('{'))
      .join('\n'),
  ).toBe(read().trimEnd());
  const lines = read()
    .trimEnd()
    .split('\n')
    .map((text) => line.parse(JSON.parse(text)));
  expect(new Set(lines.map(({ run }) => run)).size).toBe(1);
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'request', job: 'stocks/1d/SPY', provider: 'yahoo', status: 200 }),
  );
  await vortex(args, { cwd, env });
  expect(
    new Set(
      read()
        .trimEnd()
        .split('\n')
        .map((text) => line.parse(JSON.parse(text)).run),
    ).size,
  ).toBe(2);
});

it('control characters in what is logged are shown, in the file and for people on a terminal', async () => {
  const file = join(temporaryFolder(), 'vortex.log');
  const written: string[] = [];
  const log = await openLog({
    settings: { level: 'info', format: 'json', file, file_max_mb: 1, file_count: 2 },
    run: 'test',
    isTerminal: false,
    colour: false,
    secrets: new Redactor([]),
    warn: () => undefined,
    stderr: { write: (text) => void written.push(text) },
  });
  log.warn({ currency: 'U\u009BS' }, 'it says \u001B[2J "\\u001b"\nand more');
  const said = { currency: 'U\\x9bS', msg: 'it says \\x1b[2J "\\u001b"\nand more' };
  expect(JSON.parse(written.join(''))).toMatchObject(said);
  await vi.waitFor(() => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject(said);
  });
});

it('a file that is full is set aside, and only so many are kept', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'vortex.log');
  const said: string[] = [];
  const log = await openLog({
    settings: { level: 'info', format: 'json', file, file_max_mb: 1, file_count: 2 },
    run: 'test',
    isTerminal: false,
    colour: false,
    secrets: new Redactor(['a-secret']),
    warn: (message) => said.push(message),
    stderr: { write: () => undefined },
  });
  const text = `${'x'.repeat(10_000)} a-secret`;
  for (let round = 0; round < 60; round++) {
    for (let count = 0; count < 10; count++) log.info(text);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await vi.waitFor(() => {
    expect(everythingIn(folder)).toEqual(['vortex.log', 'vortex.log.1', 'vortex.log.2']);
  });
  for (const name of everythingIn(folder)) {
    expect(statSync(join(folder, name)).size).toBeLessThan(2_000_000);
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain('a-secret');
  }
  expect(said).toEqual([]);
});

it('a log file that cannot be written is told of once, and the run is as it is', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  writeFileSync(join(cwd, 'logs'), 'a file');
  const env = { ...sandbox.env, VORTEX_LOGGING_FILE: 'logs/vortex.log' };
  const { code, stderr } = await vortex(['download', 'SPY', '--start', '2024-06-03', '--now', NOW], { cwd, env });
  expect(code).toBe(0);
  expect(stderr.match(/log file logs\/vortex\.log cannot be written/g)?.length).toBe(1);
});
