import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { duck } from '../support/duck.ts';
import { temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2026-11-24T12:00:00Z';
const CHECKOUT = resolve(import.meta.dirname, '../..');
const read = (page: string): string => readFileSync(join(CHECKOUT, 'docs', page), 'utf8');
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');

/** A folder in which `npx vortex` is the program as it is now, at a fixed time, and there are old prices to import. */
async function place() {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  mkdirSync(join(cwd, 'bin'));
  writeFileSync(
    join(cwd, 'bin/npx'),
    `#!/bin/sh\nshift\nexec '${process.execPath}' '${programPath()}' "$@" --now ${NOW}\n`,
  );
  chmodSync(join(cwd, 'bin/npx'), 0o755);
  mkdirSync(join(cwd, 'old-prices'));
  const rows = '2026-11-18,4080,4090,4070,4085,1000\n2026-11-19,4085,4100,4075,4095,1100\n';
  writeFileSync(join(cwd, 'old-prices/Day_GOLD_20270200.csv'), `Time,Open,High,Low,Close,Volume\n${rows}`);
  writeFileSync(join(cwd, 'old-instruments.json'), '{"future":{"GOLD":{"periods":"1d,1h"}}}');
  const env = {
    PATH: `${join(cwd, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: cwd,
    NO_PROXY: '127.0.0.1',
    ...sandbox.env,
  };
  return { cwd, env };
}

/** Runs shell text, stopping at the first command that fails. */
async function shell(text: string, { cwd, env }: Awaited<ReturnType<typeof place>>) {
  const child = spawn('/bin/sh', ['-ec', text], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (told += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (told += part));
  const code = await new Promise<number | null>((settle) => child.once('close', settle));
  return { code, told };
}

const imports = (code: string): string[] =>
  [...code.matchAll(/^(?:import|from) (\w+)/gm)].map(([, name]) => name ?? '');
const python = (code: string, cwd: string) => spawnSync('python3', ['-c', code], { cwd, encoding: 'utf8' });

it.each(['getting-started.md', 'files.md', 'migrating.md', 'operations.md'])(
  'docs/%s: the commands end well, one after the other, and the examples read what they made',
  async (page) => {
    const here = await place();
    const text = read(page);
    const commands = blocks(text, 'sh');
    expect(commands.length).toBeGreaterThan(0);
    for (const block of commands) {
      const { code, told } = await shell(block, here);
      expect(code, `${block}\n${told}`).toBe(0);
    }
    for (const query of blocks(text, 'sql').flatMap((block) => block.trim().split('\n'))) {
      const rows = await duck(query.replaceAll("'data/", `'${here.cwd}/data/`));
      expect(rows.length, query).toBeGreaterThan(0);
      expect(rows.flat()).not.toContain(null);
    }
    for (const code of blocks(text, 'python')) {
      // Run where its packages are, else only read.
      const known = imports(code).every((name) => python(`import ${name}`, here.cwd).status === 0);
      const { status, stderr, error } = python(
        known ? code : `compile(${JSON.stringify(code)}, "example", "exec")`,
        here.cwd,
      );
      if (error === undefined) expect({ code, status, stderr }).toEqual({ code, status: 0, stderr: '' });
    }
    for (const settings of blocks(text, 'json')) {
      writeFileSync(join(here.cwd, 'shown.json'), settings);
      const { code, stderr } = await vortex(['config', 'check', '--config', 'shown.json'], here);
      expect({ settings, code, stderr }).toEqual({ settings, code: 0, stderr: '' });
    }
  },
  60_000,
);

it('every block of commands in the documentation is run, or says that it is not', () => {
  for (const page of ['getting-started.md', 'files.md', 'migrating.md', 'operations.md']) {
    const languages = [...read(page).matchAll(/^```(\S.*)$/gm)].map(([, language]) => language);
    for (const language of languages)
      expect(['sh', 'sh not-run', 'text', 'sql', 'python', 'json', 'yaml']).toContain(language);
    for (const block of blocks(read(page), 'sh not-run')) expect(block).toMatch(/docker|git clone|crontab|sandbox/);
  }
});
