import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { catalogue } from '../../src/market/catalogue.ts';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';

/** What stands on the line, and some of what is offered for its last word; whether that is all. */
const LINES: readonly (readonly [string, readonly string[], boolean])[] = [
  ['vortex downl', ['download'], true],
  ['vortex ', ['download', 'plan', 'config', 'doctor', 'completion'], false],
  ['vortex instruments ', ['list', 'resolve', 'show'], false],
  ['vortex instruments re', ['resolve'], true],
  ['vortex download --per', ['--period'], true],
  ['vortex download --period 1', ['1m', '1h', '1d', '1wk', '1mo'], false],
  ['vortex download --period 1d,1w', ['1d,1wk'], true],
  ['vortex plan GOL', ['GOLD', 'GOLD_micro'], true],
  ['vortex plan -p duk', ['dukascopy'], true],
  ['vortex download GOLD --class f', ['future', 'forex'], true],
  ['vortex providers check b', ['barchart'], true],
  ['vortex import ol', ['old-prices'], true],
  ['vortex verify --rep', ['--repair'], true],
  ['vortex completion z', ['zsh'], true],
];

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

const scripts = new Map<string, Promise<string>>();

async function print(shell: string): Promise<string> {
  const { code, stdout, stderr } = await vortex(['completion', shell], { cwd: tmpdir() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

async function scriptFor(shell: string): Promise<{ readonly cwd: string; readonly file: string }> {
  const cwd = temporaryFolder();
  const text = scripts.get(shell) ?? print(shell);
  scripts.set(shell, text);
  const file = join(cwd, `vortex.${shell}`);
  writeFileSync(file, await text);
  mkdirSync(join(cwd, 'old-prices'));
  return { cwd, file };
}

function expectOffered(offered: readonly string[], wanted: readonly string[], only: boolean): void {
  const words = offered.map((word) => word.replace(/\/$/, ''));
  if (only) expect([...words].sort()).toEqual([...wanted].sort());
  else expect(words).toEqual(expect.arrayContaining([...wanted]));
}

describe.each(['bash', 'fish', 'zsh'])('%s', (shell) => {
  beforeAll(() => {
    if (!has(shell) && process.env['CI'] !== undefined) throw new Error(`the shell ${shell} is missing`);
  });

  it.runIf(has(shell))('reads the script without a word', async () => {
    const { file, cwd } = await scriptFor(shell);
    const { status, stdout, stderr } = spawnSync(shell, ['-n', file], { cwd, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

it.runIf(has('bash')).each(LINES)('bash: %s', async (line, wanted, only) => {
  const { cwd, file } = await scriptFor('bash');
  const words = line.split(' ');
  const code = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vortex; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', code, 'bash', file, ...words], { cwd, encoding: 'utf8' });
  expect(stderr).toBe('');
  expectOffered(stdout.trimEnd().split('\n'), wanted, only);
});

it.runIf(has('fish')).each(LINES)('fish: %s', async (line, wanted, only) => {
  const { cwd, file } = await scriptFor('fish');
  const { stdout, stderr } = spawnSync('fish', ['-N', '-c', `source ${file}; complete -C "${line}"`], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd },
  });
  expect(stderr).toBe('');
  const offered = stdout.trimEnd().split('\n');
  expectOffered(
    offered.map((row) => row.split('\t')[0] ?? ''),
    wanted,
    only,
  );
});

it.runIf(has('zsh') && spawnSync('script', ['--version']).status === 0)(
  'zsh: Tab completes commands, flags, lists and markets',
  async () => {
    const { cwd, file } = await scriptFor('zsh');
    const child = spawn('script', ['-qec', 'stty cols 200 rows 50; zsh -f -i', '/dev/null'], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd, TERM: 'dumb', SHELL: '/bin/sh' },
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (all += part));
    const seen = async (pattern: RegExp): Promise<void> => {
      for (let tries = 0; !pattern.test(all); tries++) {
        if (tries > 500) throw new Error(`no ${String(pattern)} in:\n${all}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    child.stdin.write(
      `PS1='ready> '; autoload -U compinit; compinit -u -D; source ${file}; vortex() { print -r "got[$*]"; }; print -r re''ady\n`,
    );
    await seen(/^ready\r?$/m);
    for (const [typed, got] of [
      ['vortex downl\t', 'got[download]'],
      ['vortex instruments res\t', 'got[instruments resolve]'],
      ['vortex download --per\t', 'got[download --period]'],
      ['vortex download --period 1d,1w\t', 'got[download --period 1d,1wk]'],
      ['vortex plan GOLD_m\t', 'got[plan GOLD_micro]'],
      ['vortex import ol\t', 'got[import old-prices]'],
    ] as const) {
      child.stdin.write(`${typed}\n`);
      await seen(new RegExp(got.replace(/[[\]/]/g, '\\$&')));
    }
  },
);

it('the names of the catalogue need no quotes in a shell', () => {
  for (const id of catalogue().keys()) expect(id).toMatch(/^[\w-]+$/);
});

it('refuses a shell that it does not know, and names those it does', async () => {
  const { code, stderr } = await vortex(['completion', 'tcsh'], { cwd: temporaryFolder() });
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
