import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { standIn } from '../support/stand-in.ts';
import { lacks } from '../support/system.ts';

const FOLDER = resolve(import.meta.dirname, '../../docs/runbooks');
const NOW = '2024-07-03T06:00:00Z';

const pages = readdirSync(FOLDER).filter((name) => name.startsWith('Vortex'));
const blocks = (page: string): string[] =>
  [...readFileSync(join(FOLDER, page), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text);

function shell(text: string, cwd: string, env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  return new Promise((settle, fail) => {
    const child = spawn('sh', ['-e', '-c', text], { cwd, env });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => (said += part));
    child.once('error', fail);
    child.once('close', (code) => {
      settle({ code, said });
    });
  });
}

describe.skipIf(lacks('curl'))('the runbooks (need curl)', () => {
  it('each says what it means, how to look and what to do, with commands', () => {
    for (const page of pages) {
      const text = readFileSync(join(FOLDER, page), 'utf8');
      expect(text.startsWith(`# ${page.replace('.md', '')}: `)).toBe(true);
      expect([...text.matchAll(/^## (.*)$/gm)].map(([, head]) => head)).toEqual([
        'What it means',
        'How to look',
        'What to do',
      ]);
      expect(blocks(page).length, page).toBeGreaterThan(0);
      for (const [, link = ''] of text.matchAll(/\]\((\w+\.md)\)/g)) expect(pages).toContain(link);
    }
  });

  it('every command in them works', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    writeFileSync(join(cwd, 'vortex'), `#!/bin/sh\nexec '${process.execPath}' '${programPath()}' "$@"\n`);
    chmodSync(join(cwd, 'vortex'), 0o755);
    writeFileSync(join(cwd, 'vortex.json'), '{"stocks":{"SPY":{"start_date":"2024-06-03"}},"raw_archive":false}');
    const env = { PATH: `${cwd}:${process.env['PATH'] ?? ''}`, HOME: cwd, NO_PROXY: '127.0.0.1', ...sandbox.env };
    const config = ['--config', 'vortex.json'];
    expect((await vortex(['download', ...config, '--now', NOW], { cwd, env: sandbox.env })).code).toBe(0);
    const service = await startService([...config, '--now', NOW], { cwd, env: sandbox.env });
    for (const page of pages) {
      for (const block of blocks(page)) {
        const text = block
          .replaceAll('http://127.0.0.1:8080', service.url)
          .replace(/^vortex (download|plan|config check|config show)/gm, 'vortex $1 --config vortex.json')
          .replace(/^vortex (download|plan|status|verify)/gm, `vortex $1 --now ${NOW}`);
        const { code, said } = await shell(text, cwd, env);
        expect(code, `${page}:\n${block}\n${said}`).toBe(0);
      }
    }
  }, 120_000);
});
