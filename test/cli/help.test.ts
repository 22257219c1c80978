import { expect, it } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';

function commandsIn(help: string): string[] {
  const block = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(help)?.[1] ?? '';
  return block
    .split('\n')
    .flatMap((line) => /^ {2}([a-z]+)/.exec(line)?.[1] ?? [])
    .filter((name) => name !== 'help');
}

async function helpOf(command: readonly string[], cwd: string): Promise<string[][]> {
  const { code, stdout, stderr } = await vortex([...command, '--help'], { cwd });
  expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
  const inner = commandsIn(stdout);
  if (inner.length === 0) {
    expect(stdout, command.join(' ')).toMatch(new RegExp(`Examples?:\n +vortex ${command.join(' ')}\\b`));
    for (const flag of ['--config', '--log-level', '--json', '--now']) expect(stdout).toContain(flag);
    return [[...command]];
  }
  return (await Promise.all(inner.map((name) => helpOf([...command, name], cwd)))).flat();
}

it('every command has a help with an example and the common flags', async () => {
  const all = await helpOf([], temporaryFolder());
  const names = new Set(all.map(([name]) => name));
  for (const name of [
    'download',
    'plan',
    'status',
    'verify',
    'import',
    'rebuild',
    'instruments',
    'providers',
    'config',
    'doctor',
    'completion',
    'sandbox',
    'demo',
  ])
    expect(names).toContain(name);
});

it('without a command and without a terminal it fails with 2, so that a schedule without a command is no success', async () => {
  const { code, stdout, stderr } = await vortex([], { cwd: temporaryFolder() });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('Usage: vortex');
  expect(stderr).toContain('no command given');
});

it('without a command at a terminal it shows its help', async () => {
  let [shown, warned] = ['', ''];
  const output = {
    out: (text: string) => (shown += text),
    err: (text: string) => (warned += text),
    isTerminal: true,
    columns: 80,
  };
  expect(await run([], { output, signal: new AbortController().signal })).toBe(0);
  expect(shown).toContain('Usage: vortex');
  expect(warned).toBe('');
});

it('refuses a command that it does not have, and names a near one', async () => {
  const { code, stdout, stderr } = await vortex(['downlaod', 'SPY'], { cwd: temporaryFolder() });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('download');
});
