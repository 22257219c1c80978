import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { standIn } from '../support/stand-in.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(CHECKOUT, name), 'utf8');
const README = read('README.md');

/** Code blocks of a language. */
const blocks = (language: string, text = README): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');

const commandsOf = (text: string, language = 'sh'): string[] =>
  blocks(language, text)
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');

/** The lines of the container's section are run by test/image, which has an engine. */
const commands = commandsOf(README.replace(/^## In a container\n[^]*?(?=^## )/m, ''));
const shown = ['README.md', 'docs/providers.md'].flatMap((name) =>
  commandsOf(read(name))
    .filter((line) => line.startsWith('npx vortex '))
    .map((line) => [name, line] as const),
);

it.each(shown)('%s: %s', async (_, line) => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2026-11-24T12:00:00Z');
  writeFileSync(join(cwd, 'my-symbols.txt'), '# mine\nSPY\nstock:AAPL\n');
  const [words = '', target] = line.split(' > ');
  const args = words.split(/\s+/).slice(2);
  const { code, stdout, stderr } = await vortex([...args, '--now', '2026-11-24T12:00:00Z'], { cwd, env: sandbox.env });
  expect({ code, stderr: stderr.split('\n').filter((text) => text.includes('"level":50')) }).toEqual({
    code: 0,
    stderr: [],
  });
  if (target !== undefined) expect(JSON.parse(stdout)).toMatchObject({ schema: 1, status: 'ok' });
});

it('README: every other command is a script of the package', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')));
  const others = commands.filter((line) => !line.startsWith('npx vortex ')).flatMap((line) => line.split(' && '));
  expect(others.length).toBeGreaterThan(3);
  for (const line of others) {
    const [npm, verb = '', name = verb] = line.split(' ');
    expect(npm).toBe('npm');
    if (verb !== 'ci') expect(scripts).toHaveProperty([name]);
  }
});

it('README: the settings shown are accepted', async () => {
  const cwd = temporaryFolder();
  const [settings = ''] = blocks('json');
  mkdirSync(join(cwd, 'config'));
  writeFileSync(join(cwd, 'config/config.json'), settings);
  const { code, stderr } = await vortex(['config', 'check'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it.each(['docs/providers.md', 'README.md'])('%s: every variable that is named is a setting', async (name) => {
  const names = [...new Set([...read(name).matchAll(/VORTEX_[A-Z_]+/g)].map(([found]) => found))];
  expect(names.length).toBeGreaterThan(0);
  const cwd = temporaryFolder();
  const env = Object.fromEntries(['VORTEX_NO_SUCH', ...names].map((each) => [each, 'x']));
  const { stderr } = await vortex(['config', 'check'], { cwd, env });
  const unknown = [...stderr.matchAll(/environment (\w+): is not a setting/g)].map(([, found]) => found);
  expect(unknown).toEqual(['VORTEX_NO_SUCH']);
});

it('README: the service starts and stops, a backup is made and restored', async () => {
  const cwd = temporaryFolder();
  const { env } = await standIn('2026-11-24T12:00:00Z');
  const lines = commandsOf(README, 'sh service').map((line) => line.match(/"[^"]*"|\S+/g)?.slice(2) ?? []);
  const [serve = [], ...others] = lines.map((words) => words.map((word) => word.replaceAll('"', '')));
  expect([serve, ...others].map(([command]) => command)).toEqual(['serve', 'backup', 'backup']);
  const service = await startService(['SPY', '--now', '2026-11-24T12:00:00Z', ...serve.slice(1)], { cwd, env });
  expect((await service.ask('/health')).status).toBe(200);
  service.child.kill('SIGTERM');
  expect(await service.ended).toMatchObject({ code: 0 });
  expect((await vortex(['download', 'SPY', '--now', '2026-11-24T12:00:00Z'], { cwd, env })).code).toBe(0);
  for (const words of others) expect(await vortex(words, { cwd, env })).toMatchObject({ code: 0 });
  expect(readFileSync(join(cwd, 'restored/stocks/1d/SPY.csv'))).toEqual(
    readFileSync(join(cwd, 'data/stocks/1d/SPY.csv')),
  );
});
